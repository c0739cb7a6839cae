// lambda-ddns-admin on hosts that live: listings at 80 columns, history, set, disable, watch, and many hosts from a file.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCsv } from "../../src/server/admin/csv.ts";
import { parseHosts } from "../../src/server/admin/hosts-file.ts";
import { list } from "../../src/server/admin/list.ts";
import { admin } from "../../src/server/admin/main.ts";
import type { NamedRecord } from "../../src/server/admin/store.ts";
import { encodeHistory } from "../../src/server/history.ts";
import { LOCAL_TABLE, openTable } from "../../src/server/local/table.ts";
import { localZoneId, openZones } from "../../src/server/local/zones.ts";
import { encodeRecord, encodeRetired } from "../../src/server/record.ts";
import { encodeState } from "../../src/server/state.ts";
import { storedHost } from "./world.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const HOST = "host1.dyn.example.com";
const ZONE = "dyn.example.com";

function stateText(address: string, atSeconds: number, phase: "confirmed" | "pending" = "confirmed"): string {
  const rest = { was: null, target: "Z1/60", writer: "w", minuteSeconds: atSeconds, changes: 1 };
  return encodeState({ phase, address, atSeconds, ...rest });
}

interface Parts extends Partial<Omit<NamedRecord, "stored">> {
  ipv4?: string;
  ipv6?: string;
  age?: number;
  stored?: Partial<NamedRecord["stored"]>;
}

function named(hostname: string, { ipv4, ipv6, age = 7200, stored = {}, ...rest }: Parts = {}): NamedRecord {
  const text = (address?: string) => (address === undefined ? null : stateText(address, NOW - age));
  const states = { ipv4: text(ipv4), ipv6: text(ipv6) };
  const record = { ...storedHost(), states, ...stored };
  return { hostname, stored: record, owner: null, isWatched: true, addedSeconds: null, ...rest };
}

const FLEET: NamedRecord[] = [
  ...Array.from({ length: 24 }, (_, index) =>
    named(`router${index + 1}.dyn.example.com`, { ipv4: `176.32.100.${index + 1}`, age: index * 3600 }),
  ),
  named("both.dyn.example.com", { ipv4: "176.32.100.200", ipv6: "2a00:1450:4001:82b:1234:5678:9abc:def0" }),
  named("six.dyn.example.com", { ipv6: "2a00:1450::1", age: 5 * DAY }),
  named("gone.dyn.example.com", { ipv4: "176.32.100.201", age: 40 * DAY }),
  named("new.dyn.example.com"),
  named("rests.dyn.example.com", { ipv4: "176.32.100.202", age: 50 * DAY, isWatched: false }),
  named("off.dyn.example.com", { ipv4: "176.32.100.203", stored: { disabled: "moved out" } }),
];

describe("list", () => {
  it("shows 30 hosts on lines of at most 80 columns, each with address, state and last contact in words", () => {
    const text = list(FLEET, {}, NOW);
    const lines = text.split("\n");
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.map((line) => line.replace(/ +$/, ""))).toEqual(
      expect.arrayContaining([
        "NAME                      ADDRESS          STATE      LAST CONTACT",
        "router1.dyn.example.com   176.32.100.1     ok         just now",
        "router24.dyn.example.com  176.32.100.24    ok         23 hours ago",
        "both.dyn.example.com      176.32.100.200   ok         2 hours ago",
        "   2a00:1450:4001:82b:1234:5678:9abc:def0  ok         2 hours ago",
        "six.dyn.example.com       2a00:1450::1     late       5 days ago",
        "gone.dyn.example.com      176.32.100.201   gone       5 weeks ago",
        "new.dyn.example.com       -                never      never",
        "rests.dyn.example.com     176.32.100.202   unwatched  7 weeks ago",
        "  disabled: moved out",
        "30 hosts: 25 ok, 1 late, 1 gone, 1 never, 1 disabled, 1 unwatched.",
      ]),
    );
  });

  it("shows with --problems what needs looking after, and what to do", () => {
    const broken = named("broken.dyn.example.com", { stored: { data: "{" } });
    const text = list([...FLEET, broken], { problems: true }, NOW);
    expect(text).not.toContain("router1.");
    expect(text).not.toContain("rests");
    expect(text).not.toContain("off.dyn");
    for (const word of ["six.dyn", "gone.dyn", "new.dyn", "broken: attribute data is not", "gone: A router"])
      expect(text).toContain(word);
    const added = named("added.dyn.example.com", { addedSeconds: NOW - 3 * DAY });
    expect(list([added], { problems: true }, NOW)).toBe("No problems: 1 host: 1 never.\n");
    expect(list(FLEET.slice(0, 3), { problems: true }, NOW)).toBe("No problems: 3 hosts: 3 ok.\n");
  });

  it("puts a name that is too long on a line of its own", () => {
    const long = named(`${"a".repeat(60)}.dyn.example.com`, { ipv4: "176.32.100.1" });
    const lines = list([long], {}, NOW).split("\n");
    expect(lines[1]).toBe(long.hostname);
    expect(lines[2]).toMatch(/^ +176\.32\.100\.1 {2}ok {9}2 hours ago$/);
    expect(lines[2]?.length).toBeLessThanOrEqual(80);
  });

  it("gives everything as JSON, never a secret", () => {
    const retired = encodeRetired({ secret: "former_secret_1", untilSeconds: NOW + 60 });
    const history = encodeHistory([{ address: "176.32.100.1", sinceSeconds: NOW - DAY }]);
    const stored = { retired, histories: { ipv4: history, ipv6: null } };
    const host = named(HOST, { ipv4: "176.32.100.1", owner: "Ann", addedSeconds: NOW - 2 * DAY, stored });
    const text = list([host], { json: true }, NOW);
    expect(text).not.toMatch(/secret_1/);
    expect(JSON.parse(text)).toEqual([
      {
        hostname: HOST,
        state: "ok",
        reason: null,
        owner: "Ann",
        watched: true,
        stated: false,
        zone_id: "Z0123456789ABCDEFGHIJ",
        ttl: 60,
        added_at: "2027-01-13T08:00:00Z",
        two_secrets_until: "2027-01-15T08:01:00Z",
        code: null,
        addresses: [
          {
            family: "ipv4",
            address: "176.32.100.1",
            state: "ok",
            confirmed: true,
            since: "2027-01-14T08:00:00Z",
            last_contact: "2027-01-15T06:00:00Z",
          },
        ],
      },
    ]);
  });
});

describe("on the store", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "ddns-hosts-"));
    openZones(dataDir, [ZONE]);
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));
  const local = (...args: string[]) => admin([...args, "--local"], { DATA_DIR: dataDir });
  const json = async (...args: string[]) => JSON.parse((await local(...args, "--json")).out);

  async function put(hostname: string, attributes: Record<string, string>) {
    const table = await openTable(dataDir);
    const data = encodeRecord({ zoneId: localZoneId(ZONE), ttlSeconds: 60, secret: "shared_secret_1" });
    const texts = { hostname, data, ...attributes };
    const Item = Object.fromEntries(Object.entries(texts).map(([name, S]) => [name, { S }]));
    await table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item }));
    await table.close();
  }

  it("set changes TTL, owner and watch, keeps everything else, and takes them back", async () => {
    await local("add", HOST, "--zone", ZONE, "--owner", "Ann");
    const said = await local("set", HOST, "--ttl", "300", "--owner", "Bob, room 3", "--unwatched");
    expect(said).toMatchObject({
      exit: 0,
      out: expect.stringContaining("its TTL is 300 s from its next update"),
    });
    expect(await json("show", HOST)).toMatchObject({ ttl: 300, owner: "Bob, room 3", watched: false });
    expect((await local("show", HOST)).out).toMatch(/owner {3}Bob, room 3\nwatch {3}no/);
    await local("set", HOST, "--owner", "", "--watched");
    expect(await json("show", HOST)).toMatchObject({ ttl: 300, owner: null, watched: true });
    expect(await local("set", "nobody.dyn.example.com", "--owner", "x")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("There is no host nobody"),
    });
    expect((await local("set", "nobody.dyn.example.com", "--ttl", "1")).err).toContain("no host nobody");
    expect(await json("list")).toHaveLength(1);
  });

  it("disable and enable switch a host off and on", async () => {
    await put(HOST, { a_state: stateText("176.32.100.1", Math.floor(Date.now() / 1000)) });
    expect(await local("disable", HOST, "--reason", "contract ended")).toMatchObject({ exit: 0 });
    expect(await json("show", HOST)).toMatchObject({ state: "disabled", reason: "contract ended" });
    expect((await local("enable", HOST)).out).toContain("is enabled");
    expect(await json("show", HOST)).toMatchObject({ state: "ok", reason: null });
    expect((await local("enable", "nobody.dyn.example.com")).err).toContain("no host");
  });

  it("history shows the last addresses of each family, and how long each was published", async () => {
    const entries = [
      { address: "176.32.100.2", sinceSeconds: NOW - DAY },
      { address: "176.32.100.1", sinceSeconds: NOW - 4 * DAY },
    ];
    await put(HOST, { a_history: encodeHistory(entries) });
    const { out } = await local("history", HOST);
    expect(out).toMatch(/^A {5}2027-01-14 08:00 UTC {2}176\.32\.100\.2 {5}until now, /);
    expect(out).toContain("A     2027-01-11 08:00 UTC  176.32.100.1     for 3 days\n");
    expect(await json("history", HOST)).toEqual([
      { family: "ipv4", address: "176.32.100.2", since: "2027-01-14T08:00:00Z" },
      { family: "ipv4", address: "176.32.100.1", since: "2027-01-11T08:00:00Z" },
    ]);
    await put(HOST, {});
    expect((await local("history", HOST)).out).toContain("has no history");
  });

  it("watch tells once what changed class, and --dry-run changes nothing", async () => {
    const now = Math.floor(Date.now() / 1000);
    await put(HOST, { a_state: stateText("176.32.100.1", now - 5 * DAY) });
    await put("fine.dyn.example.com", { a_state: stateText("176.32.100.2", now) });
    const late = expect.stringContaining("lambda-ddns: 1 late\n\nLate:");
    expect((await local("watch", "--dry-run")).out).toEqual(late);
    expect((await local("watch")).out).toEqual(late);
    expect(await local("watch")).toEqual({ out: "", err: "", exit: 0 });
    expect((await local("watch", "--dry-run")).out).toBe("Nothing to tell of 2 hosts.\n");
    expect((await local("list", "--problems")).out).toContain(HOST);
  });

  describe("add --from", () => {
    const file = () => join(dataDir, "hosts.csv");
    const hosts = async () =>
      ((await json("list")) as { hostname: string }[]).map(({ hostname }) => hostname);

    it("makes every host of the file and prints their sections, or their secrets", async () => {
      writeFileSync(
        file(),
        'hostname,ttl,owner\r\na.dyn.example.com,,"Ann, room 3"\r\nb.dyn.example.com,300,\r\n',
      );
      const { out, exit } = await local("add", "--from", file(), "--zone", ZONE);
      expect(exit).toBe(0);
      expect(out.match(/^config service/gm)).toHaveLength(2);
      expect(await json("show", "a.dyn.example.com")).toMatchObject({ ttl: 60, owner: "Ann, room 3" });
      expect(await json("show", "b.dyn.example.com")).toMatchObject({ ttl: 300, owner: null });
      writeFileSync(file(), `hostname,zone\nc.dyn.example.com,${ZONE}\n`);
      const csv = await local("add", "--from", file(), "--csv");
      expect(csv.out).toMatch(/^hostname,secret\nc\.dyn\.example\.com,[A-Za-z0-9_-]{32}\n$/);
    });

    it.each<[string, string, string]>([
      [
        "a bad name",
        "hostname\ngood.dyn.example.com\nbad name.dyn.example.com\n",
        "line 3: the host name bad name.",
      ],
      ["a name outside the zone", "hostname\na.example.org\n", "line 2: a.example.org is not in the zone"],
      [
        "a zone that is not there",
        "hostname,zone\na.example.net,example.net\n",
        "line 2: The local service has no zone",
      ],
      ["a name that is there", `hostname\nnew.dyn.example.com\n${HOST}\n`, `line 3: ${HOST} exists already`],
      ["a twin", `hostname\n${HOST}.\n`, `line 2: ${HOST} stands for the same name`],
      [
        "a name twice",
        "hostname\na.dyn.example.com\nA.dyn.example.com\n",
        "line 3: A.dyn.example.com stands in line 2",
      ],
      [
        "a TTL that is none",
        "hostname,ttl\na.dyn.example.com,1h\n",
        "line 2: the TTL 1h is not a whole number",
      ],
      ["a value too many", "hostname,ttl\na.dyn.example.com,60,x\n", "line 2: 3 values for 2 columns"],
      ["an open quote", 'hostname\n"a.dyn.example.com\n', "Line 2: a quote is opened and not closed"],
      ["a column that is none", "hostname,secret\n", '"secret" is none'],
      ["no line", "", "is empty"],
      ["no host", "hostname\n", "names no host"],
    ])("takes nothing where there is %s, and names the line", async (_name, text, sentence) => {
      await local("add", HOST, "--zone", ZONE);
      writeFileSync(file(), text);
      const { out, err, exit } = await local("add", "--from", file(), "--zone", ZONE);
      expect({ out, exit }).toEqual({ out: "", exit: 1 });
      expect(err).toContain(sentence);
      expect(await hosts()).toEqual([HOST]);
    });

    it("needs a file that it can read, and a zone for every host", async () => {
      expect((await local("add", "--from", `${file()}.none`, "--zone", ZONE)).err).toContain(
        "cannot be read",
      );
      writeFileSync(file(), "hostname\na.dyn.example.com\n");
      expect((await local("add", "--from", file())).err).toContain("line 2: a.dyn.example.com has no zone");
    });
  });
});

describe("parseCsv", () => {
  it.each<[string, [number, string[]][]]>([
    [
      "a,b\nc,d",
      [
        [1, ["a", "b"]],
        [2, ["c", "d"]],
      ],
    ],
    [
      "\ufeffa\r\n\r\n b , c\r\n",
      [
        [1, ["a"]],
        [3, ["b", "c"]],
      ],
    ],
    [
      '"a,""b""",\n"x\ny",z\nlast',
      [
        [1, ['a,"b"', ""]],
        [2, ["x\ny", "z"]],
        [4, ["last"]],
      ],
    ],
    ["", []],
    ["\n\n", []],
  ])("%j", (text, rows) => {
    expect(parseCsv(text).map(({ line, fields }) => [line, fields])).toEqual(rows);
  });
  it.each(['a"b', '"a"b', '"a', 'x\n"a"b,c'])("refuses %j and names the line", (text) =>
    expect(() => parseCsv(text)).toThrow(/^Line [12]: /),
  );
  it("names the worst of a bad file, not all of it", () => {
    const rows = Array.from({ length: 50 }, () => "-.example.com").join("\n");
    const read = () => parseHosts(`hostname\n${rows}`, "f", { zone: "z", ttlSeconds: 60 });
    expect(read).toThrow(/has 50 bad lines.*line 21: .*and 30 more$/s);
  });
});
