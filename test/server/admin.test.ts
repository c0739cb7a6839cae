// lambda-ddns-admin: on the local service, running or not, and as a program against DynamoDB and Route 53 stand-ins.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateTableCommand, DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readArgs } from "../../src/server/admin/args.ts";
import { admin } from "../../src/server/admin/main.ts";
import { newSecret, readSecret } from "../../src/server/admin/secret.ts";
import { addHost, readHost } from "../../src/server/admin/store.ts";
import { quote, uciSection } from "../../src/server/admin/uci.ts";
import { onRoute53 } from "../../src/server/admin/zone-lookup.ts";
import { type LocalService, startLocalService } from "../../src/server/local/local-service.ts";
import { LOCAL_TABLE, startTable } from "../../src/server/local/table.ts";
import { openZones } from "../../src/server/local/zones.ts";
import { startRoute53 } from "./route53-stand-in.ts";

const HOST = "host1.dyn.example.com";
const ADD = ["add", HOST, "--zone", "dyn.example.com"];

let dataDir: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "ddns-admin-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(dataDir, { recursive: true });
});

const local = (...args: string[]) => admin([...args, "--local"], { DATA_DIR: dataDir });

function secretIn(out: string): string {
  return /option secret '([^']+)'/.exec(out)?.[1] ?? expect.fail(out);
}

async function startService(): Promise<LocalService> {
  const options = { dataDir, port: 0, dnsPort: 0, zone: "dyn.example.com", log: () => {} };
  const service = await startLocalService(options);
  closers.push(service.close);
  return service;
}

describe.each(["a running service", "the store alone"])("on %s", (where) => {
  let url = "https://127.0.0.1:8443/";
  beforeEach(async () => {
    if (where === "a running service") url = (await startService()).url;
    else openZones(dataDir, ["dyn.example.com"]);
  });

  it("add prints the section to paste, with a secret of its own", async () => {
    const { out, err, exit } = await local(...ADD);
    expect({ err, exit }).toEqual({ err: "", exit: 0 });
    expect(out.replace(secretIn(out), "SECRET")).toBe(
      [
        "config service 'host1_dyn_example_com'",
        "\toption enabled '1'",
        `\toption url '${url}'`,
        `\tlist hostname '${HOST}'`,
        "\toption secret 'SECRET'",
        "\toption interface 'wan'",
        "\toption family 'ipv4'",
        `\toption cacert '${dataDir}/ca.pem'`,
        "",
      ].join("\n"),
    );
    expect(secretIn(out)).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const other = await local("add", "host2.dyn.example.com", "--zone", "dyn.example.com");
    expect(secretIn(other.out)).not.toBe(secretIn(out));
  });

  it("list and show say what is there, never a secret", async () => {
    expect((await local("list")).out).toContain("No hosts yet");
    const secret = secretIn((await local(...ADD, "--ttl", "30")).out);
    expect((await local("list")).out).toMatch(
      new RegExp(`^NAME .*\n${HOST} +- +never +never\n\n1 host: 1 never\\.\n$`),
    );
    const { out } = await local("show", HOST);
    expect(out).toMatch(
      /zone {4}ZLOCAL\w+\nttl {5}30 s\nA {7}never updated\nAAAA {4}never updated\nadded {3}\d{4}-.* UTC\n$/,
    );
    expect(out).not.toContain(secret);
  });

  it("rotate makes a new secret and keeps the old one for the stated time", async () => {
    const old = secretIn((await local(...ADD)).out);
    const { out } = await local("rotate", HOST, "--keep-hours", "2");
    expect(secretIn(out)).not.toBe(old);
    // A line for the section that is there: a second section with this name would be refused.
    expect(out).toMatch(
      /^# The old .*\n# On the router, in the section of .* old secret:\n\toption secret '.*'\n$/,
    );
    const until = /^# The old secret is valid until (.+) UTC\.$/m.exec(out)?.[1] ?? "?";
    const hours = (Date.parse(`${until.replace(" ", "T")}Z`) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1.9);
    expect(hours).toBeLessThanOrEqual(2);
    expect((await local("show", HOST)).out).toContain(`the former one is valid until ${until}`);
    expect((await local("list")).out).toContain(`  two secrets until ${until}`);
    const again = await local("rotate", HOST);
    expect(again).toMatchObject({ exit: 1, out: "", err: expect.stringContaining("two secrets until") });
    expect((await local("rotate", HOST, "--keep-hours", "0")).out).toContain("no longer valid");
    expect((await local("show", HOST)).out).not.toContain("former");
  });

  it("remove forgets a host, once", async () => {
    await local(...ADD);
    expect(await local("remove", HOST)).toMatchObject({
      exit: 0,
      out: expect.stringContaining("DNS records stay"),
    });
    expect(await local("remove", HOST)).toMatchObject({ exit: 1, err: expect.stringContaining(HOST) });
  });

  it.each([
    ["a host that is there", ADD, "exists already"],
    [
      "a final dot more",
      ["add", `${HOST}.`, "--zone", "dyn.example.com"],
      `${HOST} stands for the same name`,
    ],
    [
      "other letters",
      ["add", HOST.toUpperCase(), "--zone", "dyn.example.com"],
      `${HOST} stands for the same`,
    ],
    [
      "the zone itself",
      ["add", "dyn.example.com", "--zone", "dyn.example.com"],
      "dyn.example.com is the zone itself",
    ],
    ["a name outside the zone", ["add", "host1.example.org", "--zone", "dyn.example.com"], "not in the zone"],
    ["a zone that is not there", ["add", HOST, "--zone", "example.net"], "start it with ZONE=example.net"],
    [
      "a name that is none",
      ["add", "a b.dyn.example.com", "--zone", "dyn.example.com"],
      "The host name a b.dyn.example.com has",
    ],
    ["an unknown host", ["rotate", "nobody.dyn.example.com"], "There is no host nobody.dyn.example.com"],
    ["an unknown host", ["show", "nobody.dyn.example.com"], "There is no host"],
  ])("refuses %s in one line", async (_name, args, sentence) => {
    await local(...ADD);
    const { out, err, exit } = await local(...args);
    expect({ out, exit }).toEqual({ out: "", exit: 1 });
    expect(err).toMatch(/^lambda-ddns-admin: .+\n$/);
    expect(err).toContain(sentence);
  });
});

describe("records of every kind", () => {
  it("shows and rotates the older form, keeping its members, and names what is broken", async () => {
    openZones(dataDir, ["dyn.example.com"]);
    const table = await startTable(dataDir);
    closers.push(table.close);
    const { client } = table;
    const record = { zoneId: "Z1", ttlSeconds: 60, secret: "s" };
    await addHost({ client, name: LOCAL_TABLE }, HOST, record);
    const put = (hostname: string, data: string) =>
      client.send(
        new UpdateItemCommand({
          TableName: LOCAL_TABLE,
          Key: { hostname: { S: hostname } },
          UpdateExpression: "SET #d = :d",
          ExpressionAttributeNames: { "#d": "data" },
          ExpressionAttributeValues: { ":d": { S: data } },
        }),
      );
    const older = {
      aws_region: "us-west-2",
      route_53_zone_id: "Z1",
      route_53_record_ttl: 60,
      shared_secret: "s",
    };
    await put(HOST, JSON.stringify(older));
    await put("broken.dyn.example.com", "{");
    expect((await local("list")).out).toContain("broken: attribute data is not a JSON object");
    expect((await local("rotate", "broken.dyn.example.com")).err).toContain("cannot be used");
    const secret = secretIn((await local("rotate", HOST)).out);
    const stored = await readHost({ client, name: LOCAL_TABLE }, HOST);
    expect(JSON.parse(stored?.data ?? "")).toEqual({ ...older, shared_secret: secret });
  });
});

describe("secrets and sections", () => {
  it("makes secrets that no program takes for an option, the sample's own client among them", () => {
    const made = Array.from({ length: 2000 }, newSecret);
    expect(made.every((secret) => /^[A-Za-z0-9_][A-Za-z0-9_-]{31}$/.test(secret))).toBe(true);
  });

  it("takes a secret from a file, and only a good one", async () => {
    openZones(dataDir, ["dyn.example.com"]);
    const path = join(dataDir, "secret");
    for (const [text, sentence] of [
      ["short", "at least 16"],
      ["two lines of it\nand another one", "one line"],
      [" begins with a space", "space"],
      ["has a tab\tin the middle", "control"],
    ] as const) {
      writeFileSync(path, text);
      expect(() => readSecret(path)).toThrow(sentence);
    }
    expect(() => readSecret(dataDir)).toThrow(`The secret's file ${dataDir} cannot be read`);
    writeFileSync(path, "it's a quoted secret\n");
    const { out } = await local(...ADD, "--secret-file", path);
    expect(out).toContain("option secret 'it'\\''s a quoted secret'");
    expect((await local(...ADD, "--secret-file", join(dataDir, "none"))).err).toContain("none");
  });

  it("quotes for UCI and refuses what UCI cannot hold", () => {
    expect(quote(`a'b"c$d\\e`)).toBe(`'a'\\''b"c$d\\e'`);
    expect(() => quote("a\nb")).toThrow("line break");
    expect(uciSection({ hostname: "*.dyn.example.com.", url: "u", proof: { secret: "s" } })).toContain(
      "service 'any_dyn_example_com'",
    );
  });
});

describe("arguments", () => {
  it.each([
    [["frob"], "frob is not a command"],
    [["add"], "add needs a host"],
    [["list", HOST], "list takes no host"],
    [["show", HOST, "x"], "x is one argument too many"],
    [["show", HOST, "--zone", "z"], "show has no option --zone"],
    [["add", HOST, "--zone", "z", "--ttl", "1.5"], "--ttl 1.5 is not a whole number"],
    [["rotate", HOST, "--keep-hours", "9999"], "--keep-hours 9999"],
    [["add", HOST, "--zone", "z", "--url", "<FunctionUrl>"], "--url <FunctionUrl> is not a URL"],
    [["rotate", HOST, "--url", "ftp://x/"], "--url ftp://x/ is not a URL"],
    [["show", HOST, "--secret", "x"], "--secret"],
    [["set", HOST], "set needs something to change"],
    [["set", HOST, "--watched", "--unwatched"], "exclude each other"],
    [["set", HOST, "--owner", "a\nb"], "--owner has control characters"],
    [["disable", HOST], "disable needs --reason"],
    [["disable", HOST, "--reason", "x".repeat(201)], "--reason has 201 characters"],
    [["add", HOST, "--from", "f"], "a host or --from, not both"],
    [["add", "--from", "f", "--secret-file", "s"], "--secret-file is for one host"],
    [["add", HOST, "--zone", "z", "--csv"], "--csv is for --from"],
  ])("%j: exit 2 and a sentence", async (args, sentence) => {
    const { err, exit } = await admin(args, {});
    expect(exit).toBe(2);
    expect(err).toContain(sentence);
  });

  it("has help, with every command and option", async () => {
    const { out, exit } = await admin(["--help"], {});
    expect(exit).toBe(0);
    for (const word of [
      "add",
      "list",
      "show",
      "rotate",
      "remove",
      "verify",
      "watch",
      "--secret-file",
      "--local",
    ])
      expect(out).toContain(word);
    expect(readArgs([])).toBe("help");
  });
});

describe("without what AWS needs", () => {
  it.each([
    [{}, "export AWS_REGION="],
    [{ AWS_REGION: "eu-west-1" }, "No valid AWS credentials were found"],
  ])("%j: says what to do", async (env, sentence) => {
    const home = { HOME: dataDir, AWS_EC2_METADATA_DISABLED: "true", PATH: process.env["PATH"] };
    const shim = fileURLToPath(new URL("../../build/admin.mjs", import.meta.url));
    const child = spawn(process.execPath, [shim, "list"], { env: { ...home, ...env } });
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(err).toMatch(/^lambda-ddns-admin: .+\n$/);
    expect(err).toContain(sentence);
  });
});

describe("zones on Route 53", () => {
  it("finds a zone by name or id, and asks for the id where a name has two", async () => {
    const aws = await startRoute53({
      Z1A: "dyn.example.com.",
      Z2A: "twice.example.com.",
      Z2B: "twice.example.com.",
    });
    closers.push(aws.close);
    const client = aws.client();
    const found = { id: "Z1A", name: "dyn.example.com" };
    for (const zone of ["dyn.example.com", "Dyn.Example.com.", "Z1A", "/hostedzone/Z1A"]) {
      expect(await onRoute53(zone, client)).toEqual(found);
    }
    await expect(onRoute53("twice.example.com", client)).rejects.toThrow("give the id");
    await expect(onRoute53("none.example.com", client)).rejects.toThrow(
      "no public hosted zone none.example.com",
    );
    await expect(onRoute53("ZNONE", client)).rejects.toThrow("no hosted zone ZNONE");
  });
});

describe("npx lambda-ddns-admin", () => {
  const shim = fileURLToPath(new URL("../../build/admin.mjs", import.meta.url));

  function program(
    args: string[],
    env: Record<string, string>,
  ): Promise<{ stdout: string; stderr: string; code: number }> {
    return new Promise((done) => {
      execFile(
        process.execPath,
        [shim, ...args],
        { env: { PATH: process.env["PATH"], ...env } },
        (error, stdout, stderr) =>
          done({ stdout, stderr, code: typeof error?.code === "number" ? error.code : 0 }),
      );
    });
  }

  it("adds and lists hosts on AWS, with the SDK's ordinary settings", async () => {
    const aws = await startRoute53({ Z1A: "dyn.example.com." });
    closers.push(aws.close);
    const server = dynalite({ createTableMs: 0 });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    closers.push(() => new Promise((done) => server.close(done)));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
    closers.push(async () => client.destroy());
    const AttributeDefinitions = [{ AttributeName: "hostname", AttributeType: "S" as const }];
    const KeySchema = [{ AttributeName: "hostname", KeyType: "HASH" as const }];
    await client.send(
      new CreateTableCommand({
        TableName: "hosts",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions,
        KeySchema,
      }),
    );
    const env = {
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_ROUTE_53: aws.url,
      ddns_config_table: "hosts",
    };
    const added = await program([...ADD, "--url", "https://x.lambda-url.eu-west-1.on.aws/"], env);
    expect(added).toMatchObject({ code: 0, stderr: "" });
    expect(added.stdout).toContain("option url 'https://x.lambda-url.eu-west-1.on.aws/'");
    const listed = await program(["list", "--json"], env);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { hostname: HOST, state: "never", zone_id: "Z1A", ttl: 60 },
    ]);
    const missing = await program(["list", "--table", "none"], env);
    expect(missing).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("no table none") });
  });

  it.each([shim, fileURLToPath(new URL("../../src/server/admin/main.ts", import.meta.url))])(
    "ends quietly when nobody reads on, as behind `| head`: %s",
    async (path) => {
      const child = spawn(process.execPath, ["--import", "tsx", path, "--help"]);
      child.stdout.destroy();
      let err = "";
      child.stderr.on("data", (chunk) => {
        err += chunk;
      });
      const [code] = await once(child, "close");
      expect({ code, err }).toEqual({ code: 1, err: "" });
    },
  );

  it("is what package.json links", () => {
    const { bin } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      bin: object;
    };
    expect(bin).toEqual({ "lambda-ddns-admin": "build/admin.mjs" });
  });
});
