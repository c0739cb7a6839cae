// Route 53's REST API over HTTP, as far as this project asks it: the real paths, XML and refusals.
// Names are kept in lower case with `*` as \052; what Route 53 refuses is refused with its own words.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Route53Client } from "@aws-sdk/client-route-53";
import { parseAddress } from "../../src/shared/address.ts";

export interface StandIn {
  /** Where it listens. */
  url: string;
  /** "name. TYPE" to the record's values, names as the API prints them. */
  records: Map<string, { ttl: string; values: string[] }>;
  /** Method and path of every request. */
  requests: string[];
  /** The next requests get these answers instead: an error code, or "hang" for none at all. */
  next: string[];
  client(maxAttempts?: number): Route53Client;
  close(): Promise<void>;
}

const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";

/** Serves the zones `given`: id to name, such as { Z1: "dyn.example.com." }; several ids may have one name. */
export async function startRoute53(given: Readonly<Record<string, string>>): Promise<StandIn> {
  const zones = { ...given };
  const records: StandIn["records"] = new Map();
  const requests: string[] = [];
  const next: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    const body = await bodyOf(request);
    const refusal = next.shift();
    if (refusal === "hang") return;
    const refused = () => errorXml(refusal ?? "", "Rate exceeded", refusal === "InternalFailure" ? 500 : 400);
    const [status, xml] = refusal ? refused() : route(zones, records, request, body);
    response.writeHead(status, { "content-type": "text/xml", "x-amzn-RequestId": "r-1" });
    response.end(`<?xml version="1.0"?>\n${xml}`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = (maxAttempts = 1) =>
    new Route53Client({
      endpoint: url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts,
    });
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url, records, requests, next, client, close };
}

const SERVERS =
  "<DelegationSet><NameServers><NameServer>localhost</NameServer></NameServers></DelegationSet>";

function makeZone(zones: Record<string, string>, body: string): Reply {
  const id = `ZNEW${Object.keys(zones).length}`;
  zones[id] = `${/<Name>([^<]+)<\/Name>/.exec(body)?.[1]}.`;
  return answerXml("CreateHostedZoneResponse", zoneXml(id, zones[id] ?? "") + SERVERS);
}

type Reply = [status: number, xml: string];

function route(
  zones: Record<string, string>,
  records: StandIn["records"],
  request: IncomingMessage,
  body: string,
): Reply {
  const url = new URL(request.url ?? "/", "http://stand-in");
  if (!(request.headers.authorization ?? "").startsWith("AWS4-HMAC-SHA256 ")) {
    return errorXml("MissingAuthenticationToken", "no signature", 403);
  }
  if (url.pathname === "/2013-04-01/hostedzonesbyname")
    return listZones(zones, url.searchParams.get("dnsname"));
  if (url.pathname === "/2013-04-01/hostedzone" && request.method === "POST") return makeZone(zones, body);
  const path = /^\/2013-04-01\/hostedzone\/([A-Z0-9]+)(\/rrset\/?)?$/.exec(url.pathname);
  if (!path) return errorXml("UnknownOperation", "not played here", 404);
  const id = path[1] ?? "";
  const zone = zones[id];
  if (zone === undefined) return errorXml("NoSuchHostedZone", `No hosted zone found with ID: ${id}`, 404);
  if (path[2] === undefined) return answerXml("GetHostedZoneResponse", zoneXml(id, zone) + SERVERS);
  if (request.method === "GET") return listRecords(records, zone, url.searchParams);
  const problem = applyChanges(records, zone, body);
  if (problem !== null) return errorXml("InvalidChangeBatch", `[${problem}]`);
  const info = "<Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2027-01-15T08:00:00Z</SubmittedAt>";
  return answerXml("ChangeResourceRecordSetsResponse", `<ChangeInfo>${info}</ChangeInfo>`);
}

/** Carries out all changes of a batch, or none. */
function applyChanges(records: StandIn["records"], zone: string, body: string): string | null {
  const after = new Map(records);
  for (const [change] of body.matchAll(/<Change>.*?<\/Change>/gs)) {
    const problem = applyChange(after, zone, change);
    if (problem !== null) return problem;
  }
  for (const [key, set] of after) records.set(key, set);
  return null;
}

/** Carries out one UPSERT, or returns Route 53's sentence about why not. */
function applyChange(records: StandIn["records"], zone: string, body: string): string | null {
  const [action, given, type, ttl, value] = ["Action", "Name", "Type", "TTL", "Value"].map(
    (tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1] ?? "",
  ) as [string, string, string, string, string];
  const name = `${given.toLowerCase().replace(/\.$/, "")}.`.replaceAll("*", "\\052");
  if (action !== "UPSERT") return `Invalid action ${action}`;
  if (name !== zone && !name.endsWith(`.${zone}`)) {
    return `RRSet with DNS name ${name} is not permitted in zone ${zone}`;
  }
  if (records.has(`${name} CNAME`)) {
    return `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone}`;
  }
  const wanted = type === "A" ? "ipv4" : "ipv6";
  if (parseAddress(value)?.family !== wanted) {
    return `Invalid Resource Record: FATAL problem: ${type}RRDATAIllegalIPv${type === "A" ? 4 : 6}Address encountered with '${value}'`;
  }
  records.set(`${name} ${type}`, { ttl, values: [value] });
  return null;
}

/** The most record sets that one page holds; Route 53 has 300. */
const PAGE = 3;

/** One page of a zone's record sets, by name (the last label first, as Route 53 sorts) and type, from where it is asked to begin. */
function listRecords(records: StandIn["records"], zone: string, from: URLSearchParams): Reply {
  const sortKey = (name: string) => name.replace(/\.$/, "").split(".").reverse().join(".");
  const start = (from.get("name") ?? "").toLowerCase().replaceAll("*", "\\052");
  const sets = [...records].map(([key, set]) => ({
    key,
    ...set,
    name: key.split(" ")[0] ?? "",
    type: key.split(" ")[1] ?? "",
  }));
  const sorted = sets
    .filter(({ name }) => name === zone || name.endsWith(`.${zone}`))
    .sort((a, b) => (sortKey(a.name) + a.type < sortKey(b.name) + b.type ? -1 : 1))
    .filter(({ name, type }) => sortKey(name) + type >= sortKey(start) + (from.get("type") ?? ""));
  const page = sorted.slice(0, PAGE);
  const next = sorted[PAGE];
  const xml = page.map(({ name, type, ttl, values }) => {
    const found = values.map((value) => `<ResourceRecord><Value>${value}</Value></ResourceRecord>`).join("");
    return `<ResourceRecordSet><Name>${name}</Name><Type>${type}</Type><TTL>${ttl}</TTL><ResourceRecords>${found}</ResourceRecords></ResourceRecordSet>`;
  });
  const more = next
    ? `<NextRecordName>${next.name}</NextRecordName><NextRecordType>${next.type}</NextRecordType>`
    : "";
  return answerXml(
    "ListResourceRecordSetsResponse",
    `<ResourceRecordSets>${xml.join("")}</ResourceRecordSets><IsTruncated>${next !== undefined}</IsTruncated>${more}<MaxItems>${PAGE}</MaxItems>`,
  );
}

function listZones(zones: Readonly<Record<string, string>>, from: string | null): Reply {
  const listed = Object.entries(zones)
    .filter(([, name]) => from === null || name >= `${from.replace(/\.$/, "")}.`)
    .map(([id, name]) => zoneXml(id, name))
    .join("");
  const rest = "<IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>";
  return answerXml("ListHostedZonesByNameResponse", `<HostedZones>${listed}</HostedZones>${rest}`);
}

function zoneXml(id: string, name: string): string {
  const config = "<Config><PrivateZone>false</PrivateZone></Config>";
  return `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}</Name><CallerReference>r</CallerReference>${config}</HostedZone>`;
}

function answerXml(root: string, content: string): Reply {
  return [200, `<${root} xmlns="${NAMESPACE}">${content}</${root}>`];
}

function errorXml(code: string, message: string, status = 400): Reply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return [status, `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>r-1</RequestId></ErrorResponse>`];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
