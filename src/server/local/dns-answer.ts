// Authoritative answers for the embedded zones: one DNS query in, one response out, as bytes; pure.
// Serves A, AAAA, SOA and NS; refuses other zones, classes and transfers; answers garbage with FORMERR or nothing.
import * as packet from "dns-packet";
import { isWithin, type LocalZone } from "./zones.ts";

/** RFC 1035, section 4.1.1; dns-packet takes the code as the low bits of the flags. */
const RCODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
const HEADER_BYTES = 12;
const RESPONSE_FLAG = 0x8000;
const OPCODE_MASK = 0x7800;
const RECURSION_DESIRED = 0x0100;
/** Negative answers are kept no longer than a changed address may be. */
const NEGATIVE_TTL_SECONDS = 60;

interface Reply {
  rcode: keyof typeof RCODES;
  authoritative?: boolean;
  answers?: packet.Answer[];
  authorities?: packet.Answer[];
}

/** The response to `query`, at most `maxBytes` long (else cut and marked), or null for what must not be answered. */
export function answerQuery(query: Buffer, zones: readonly LocalZone[], maxBytes: number): Buffer | null {
  if (query.length < HEADER_BYTES) return null;
  const flags = query.readUInt16BE(2);
  if (flags & RESPONSE_FLAG) return null;
  // The operation and the bit "recursion desired" go back as they came.
  const echoed = flags & (OPCODE_MASK | RECURSION_DESIRED);
  const bare = (rcode: keyof typeof RCODES) => headerOnly(query.readUInt16BE(0), echoed, rcode);
  if (flags & OPCODE_MASK) return bare("NOTIMP");
  const asked = readQuestion(query);
  if (!asked) return bare("FORMERR");
  return encode(query.readUInt16BE(0), echoed, asked, zones, maxBytes);
}

interface Asked {
  question: packet.Question;
  edns: { version: number; udpPayloadSize: number } | null;
}

/** The one question of a query, or null where there is not exactly one that we could send back as it came. */
function readQuestion(query: Buffer): Asked | null {
  try {
    const { questions, additionals } = packet.decode(query);
    const [question, second] = questions ?? [];
    if (!question || second) return null;
    // A label with a dot or a byte outside ASCII in it does not survive the library's texts.
    const bytes = packet.encode({ type: "query", questions: [question] }).subarray(HEADER_BYTES);
    if (!query.subarray(HEADER_BYTES, HEADER_BYTES + bytes.length).equals(bytes)) return null;
    const opts = (additionals ?? []).filter((record) => record.type === "OPT");
    if (opts.length > 1) return null;
    const [opt] = opts;
    const edns = opt ? { version: opt.ednsVersion, udpPayloadSize: opt.udpPayloadSize } : null;
    return { question, edns };
  } catch {
    return null;
  }
}

function encode(
  id: number,
  echoed: number,
  asked: Asked,
  zones: readonly LocalZone[],
  maxBytes: number,
): Buffer {
  const { question, edns } = asked;
  const badVersion = edns !== null && edns.version !== 0;
  const reply: Reply = badVersion ? { rcode: "NOERROR" } : resolve(question, zones);
  const flags = echoed | (reply.authoritative ? packet.AUTHORITATIVE_ANSWER : 0) | RCODES[reply.rcode];
  // RFC 6891: a query with an OPT record gets one back; extended code 1 with NOERROR is BADVERS.
  const opt: packet.Answer[] = edns ? [optRecord(badVersion ? 1 : 0)] : [];
  const { answers = [], authorities = [] } = reply;
  const base: packet.Packet = { type: "response", id, questions: [question], additionals: opt };
  const whole = packet.encode({ ...base, flags, answers, authorities });
  // 512 bytes without EDNS (RFC 1035, section 4.2.1). What a caller says of its room is about UDP: over TCP all fits.
  const room = Math.min(maxBytes, Math.max(edns?.udpPayloadSize ?? 512, 512));
  if (whole.length <= room || maxBytes === 0xffff) return whole;
  return packet.encode({ ...base, flags: flags | packet.TRUNCATED_RESPONSE });
}

/** What the zones say about a question. */
function resolve({ name, type, class: klass }: packet.Question, zones: readonly LocalZone[]): Reply {
  const wanted = name.toLowerCase();
  const zone = zones
    .filter((candidate) => isWithin(wanted, candidate.name))
    .reduce<LocalZone | null>(
      (best, next) => (best && best.name.length > next.name.length ? best : next),
      null,
    );
  if (!zone || klass !== "IN" || type === "AXFR" || type === "IXFR") return { rcode: "REFUSED" };
  const owner = ownerOf(wanted, zone);
  const soa = soaRecord(zone);
  if (owner === null) return { rcode: "NXDOMAIN", authoritative: true, authorities: [soa] };
  const answers = recordsAt(name, wanted, owner, zone).filter(
    (record) => record.type === type || (type as string) === "ANY",
  );
  if (answers.length > 0) return { rcode: "NOERROR", authoritative: true, answers };
  return { rcode: "NOERROR", authoritative: true, authorities: [soa] };
}

/** The owner whose records answer for `name`: itself, a wildcard (RFC 4592), or null where neither exists. */
function ownerOf(name: string, zone: LocalZone): string | null {
  const exists = (owner: string) =>
    owner === zone.name || zone.records.some((record) => isWithin(record.name, owner));
  if (exists(name)) return name;
  let encloser = name;
  while (!exists(encloser)) encloser = encloser.slice(encloser.indexOf(".") + 1);
  const wildcard = `*.${encloser}`;
  return zone.records.some((record) => record.name === wildcard) ? wildcard : null;
}

function recordsAt(name: string, wanted: string, owner: string, zone: LocalZone): packet.Answer[] {
  const addresses = zone.records
    .filter((record) => record.name === owner)
    .map(({ type, ttlSeconds, address }): packet.Answer => ({ name, type, ttl: ttlSeconds, data: address }));
  if (wanted !== zone.name) return addresses;
  return [...addresses, soaRecord(zone), { name, type: "NS", ttl: 3600, data: "localhost" }];
}

function soaRecord(zone: LocalZone): packet.Answer {
  const times = { refresh: 3600, retry: 600, expire: 604_800, minimum: NEGATIVE_TTL_SECONDS };
  const data = { mname: "localhost", rname: `hostmaster.${zone.name}`, serial: zone.serial, ...times };
  return { name: zone.name, type: "SOA", ttl: NEGATIVE_TTL_SECONDS, data };
}

function optRecord(extendedRcode: number): packet.Answer {
  // 1,232 bytes: what DNS servers agreed on to keep out of fragmentation.
  const sizes = { udpPayloadSize: 1232, extendedRcode, ednsVersion: 0, flags: 0, flag_do: false };
  return { name: ".", type: "OPT", ...sizes, options: [] };
}

function headerOnly(id: number, echoed: number, rcode: keyof typeof RCODES): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RESPONSE_FLAG | echoed | RCODES[rcode], 2);
  return header;
}
