// The embedded DNS: what it answers, what it refuses, and that no bytes whatever bring it down.
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import * as packet from "dns-packet";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerQuery } from "../../src/server/local/dns-answer.ts";
import { type DnsServer, startDns } from "../../src/server/local/dns-server.ts";
import type { LocalZone } from "../../src/server/local/zones.ts";

const record = { type: "A", ttlSeconds: 60, address: "176.32.100.36" } as const;
const ZONES: LocalZone[] = [
  {
    id: "Z1",
    name: "dyn.example.com",
    serial: 7,
    records: [
      { ...record, name: "host1.dyn.example.com" },
      { name: "host1.dyn.example.com", type: "AAAA", ttlSeconds: 60, address: "2a00:1450::1" },
      { ...record, name: "a.deep.dyn.example.com" },
      { ...record, name: "*.wild.dyn.example.com", address: "11.12.13.14" },
    ],
  },
  { id: "Z2", name: "sub.dyn.example.com", serial: 1, records: [{ ...record, name: "sub.dyn.example.com" }] },
];

function query(name: string, type = "A", more: Partial<packet.Packet> = {}): Buffer {
  const question = { name, type: type as packet.RecordType, class: "IN" } as const;
  return packet.encode({
    type: "query",
    id: 4711,
    flags: packet.RECURSION_DESIRED,
    questions: [question],
    ...more,
  });
}

function ask(bytes: Buffer, maxBytes = 1232, zones = ZONES) {
  const response = answerQuery(bytes, zones, maxBytes);
  if (!response) return null;
  const decoded = packet.decode(response) as packet.DecodedPacket & { rcode: string };
  const data = (decoded.answers ?? []).map((one) => ("data" in one ? one.data : null));
  return {
    ...decoded,
    length: response.length,
    data,
    authority: decoded.authorities?.map(({ type }) => type),
  };
}

describe("answerQuery", () => {
  it.each<[string, string, unknown[]]>([
    ["host1.dyn.example.com", "A", ["176.32.100.36"]],
    ["HOST1.Dyn.Example.COM", "A", ["176.32.100.36"]],
    ["host1.dyn.example.com", "AAAA", ["2a00:1450::1"]],
    ["any.wild.dyn.example.com", "A", ["11.12.13.14"]],
    ["two.more.wild.dyn.example.com", "A", ["11.12.13.14"]],
    ["dyn.example.com", "NS", ["localhost"]],
    ["sub.dyn.example.com", "A", ["176.32.100.36"]],
    ["host1.dyn.example.com", "ANY", ["176.32.100.36", "2a00:1450::1"]],
  ])("%s %s", (name, type, data) => {
    const answer = ask(query(name, type));
    expect(answer).toMatchObject({
      rcode: "NOERROR",
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
      id: 4711,
      data,
    });
    for (const { name: owner } of answer?.answers ?? []) expect(owner).toBe(name);
  });

  it("has the zone's SOA", () => {
    expect(ask(query("dyn.example.com", "SOA"))?.data).toMatchObject([
      { mname: "localhost", serial: 7, minimum: 60 },
    ]);
  });

  it.each([
    ["no such name: NXDOMAIN", "nobody.dyn.example.com", "A", "NXDOMAIN"],
    ["a name below one that is there: NXDOMAIN", "x.host1.dyn.example.com", "A", "NXDOMAIN"],
    ["no such type: empty", "any.wild.dyn.example.com", "AAAA", "NOERROR"],
    ["another type: empty", "host1.dyn.example.com", "TXT", "NOERROR"],
    ["a name between others: empty", "deep.dyn.example.com", "A", "NOERROR"],
    ["the zone itself: empty", "dyn.example.com", "A", "NOERROR"],
  ])("%s, with the SOA in authority", (_case, name, type, rcode) => {
    expect(ask(query(name, type))).toMatchObject({ rcode, flag_aa: true, data: [], authority: ["SOA"] });
  });

  it.each([
    ["another zone", query("example.org")],
    ["the parent", query("example.com")],
    ["a look-alike", query("evildyn.example.com")],
    ["the root", query(".")],
    ["a transfer", query("dyn.example.com", "AXFR")],
    [
      "another class",
      query("host1.dyn.example.com", "A", {
        questions: [{ name: "host1.dyn.example.com", type: "A", class: "CH" }],
      }),
    ],
  ])("refuses %s", (_case, bytes) => {
    expect(ask(bytes)).toMatchObject({ rcode: "REFUSED", flag_aa: false, data: [], authority: [] });
  });

  it("answers other operations with NOTIMP", () => {
    const update = query("host1.dyn.example.com");
    update.writeUInt16BE(5 << 11, 2);
    expect(ask(update)).toMatchObject({ rcode: "NOTIMP", opcode: "UPDATE", questions: [] });
  });

  it.each([
    ["no question", query("x.dyn.example.com", "A", { questions: [] })],
    [
      "two questions",
      query("", "A", { questions: [1, 2].map(() => ({ name: "a.dyn.example.com", type: "A" as const })) }),
    ],
    ["a cut question", query("host1.dyn.example.com").subarray(0, 20)],
    [
      "a pointer to itself",
      Buffer.concat([query("").subarray(0, 12), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])]),
    ],
  ])("answers %s with FORMERR", (_case, bytes) => {
    expect(ask(bytes)).toMatchObject({ rcode: "FORMERR", id: 4711 });
  });

  it("does not answer answers, nor what has no header", () => {
    expect(ask(packet.encode({ type: "response", questions: [] }))).toBeNull();
    expect(ask(Buffer.alloc(11))).toBeNull();
  });

  it("takes EDNS, answers with it, and refuses a version it does not know", () => {
    const opt = (ednsVersion: number): packet.Packet["additionals"] => [
      {
        name: ".",
        type: "OPT",
        udpPayloadSize: 4096,
        extendedRcode: 0,
        ednsVersion,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ];
    const fine = ask(query("host1.dyn.example.com", "A", { additionals: opt(0) ?? [] }));
    expect(fine).toMatchObject({
      rcode: "NOERROR",
      data: ["176.32.100.36"],
      additionals: [{ type: "OPT", extendedRcode: 0 }],
    });
    const bad = ask(query("host1.dyn.example.com", "A", { additionals: opt(1) ?? [] }));
    expect(bad).toMatchObject({ data: [], additionals: [{ type: "OPT", extendedRcode: 1, ednsVersion: 0 }] });
    expect(ask(query("host1.dyn.example.com"))?.additionals).toEqual([]);
  });

  it("cuts what a plain UDP asker cannot take, and says so; TCP gets all of it", () => {
    const name = ["a", "b", "c"].map((letter) => letter.repeat(63)).join(".");
    const zones: LocalZone[] = [{ id: "Z1", name, serial: 1, records: [] }];
    const bytes = query(`x.${name}`);
    expect(ask(bytes, 1232, zones)).toMatchObject({ flag_tc: true, rcode: "NXDOMAIN", authority: [] });
    expect(ask(bytes, 1232, zones)?.length).toBeLessThanOrEqual(512);
    expect(ask(bytes, 0xffff, zones)).toMatchObject({ flag_tc: false, authority: ["SOA"] });
  });

  it("survives every input: nothing, or an answer with the query's id", () => {
    const bytes = fc.uint8Array({ maxLength: 600 }).map((one) => Buffer.from(one));
    const damaged = fc
      .tuple(
        fc.constantFrom(query("host1.dyn.example.com"), query("x.dyn.example.com", "SOA")),
        fc.nat(60),
        fc.nat(255),
      )
      .map(([good, at, value]) => {
        const copy = Buffer.from(good);
        copy[at % copy.length] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), (one) => {
        const response = answerQuery(one, ZONES, 1232);
        if (response) {
          expect(response.readUInt16BE(0)).toBe(one.readUInt16BE(0));
          expect(response.length).toBeLessThanOrEqual(1232);
          packet.decode(response);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("startDns", () => {
  let dns: DnsServer;
  beforeAll(async () => {
    dns = await startDns(0, () => ZONES);
  });
  afterAll(() => dns.close());

  function overTcp(chunks: Buffer[]): Promise<Buffer> {
    return new Promise((done, fail) => {
      const socket = connect(dns.port, "127.0.0.1");
      const received: Buffer[] = [];
      socket.on("data", (chunk) => received.push(chunk)).on("error", fail);
      socket.on("close", () => done(Buffer.concat(received)));
      for (const chunk of chunks) socket.write(chunk);
      setTimeout(() => socket.end(), 200);
    });
  }

  function framed(bytes: Buffer): Buffer {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  }

  it("answers over UDP, also after garbage", async () => {
    const socket = createSocket("udp4");
    const answer = new Promise<Buffer>((done) => socket.once("message", done));
    for (const bytes of [Buffer.from("x"), Buffer.alloc(0), query("host1.dyn.example.com")]) {
      socket.send(bytes, dns.port, "127.0.0.1");
    }
    expect(packet.decode(await answer).answers).toMatchObject([{ data: "176.32.100.36" }]);
    socket.close();
  });

  it("answers several queries of one TCP connection, however the bytes arrive", async () => {
    const both = Buffer.concat([
      framed(query("host1.dyn.example.com")),
      framed(query("host1.dyn.example.com", "AAAA")),
    ]);
    const received = await overTcp([both.subarray(0, 1), both.subarray(1, 30), both.subarray(30)]);
    const first = packet.streamDecode(received);
    const second = packet.streamDecode(received.subarray(2 + received.readUInt16BE(0)));
    expect([first.answers, second.answers]).toMatchObject([
      [{ data: "176.32.100.36" }],
      [{ data: "2a00:1450::1" }],
    ]);
  });

  it("hangs up on a TCP connection that sends no DNS", async () => {
    expect(await overTcp([framed(Buffer.from("GET /"))])).toHaveLength(0);
  });
});
