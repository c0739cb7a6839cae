// Every row of the service's answer table through both fetchers: requests made, state saved, lines logged, exit status. The shipped bundle in native qjs; real curl, and uclient-fetch's stand-in.
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import type { Reply } from "../stand-ins/https.ts";
import {
  answer,
  calmly,
  changed,
  logged,
  NAME,
  OTHER,
  OWN,
  REQUEST_ID,
  seen,
  stateOf,
  useWorld,
} from "./world.ts";

type Client = "curl" | "uclient-fetch";

interface Row {
  name: string;
  options?: Record<string, string>;
  replies: Reply[];
  asked: string[];
  code: number;
  level: "info" | "warn" | "error";
  /** The line after section and name; for uclient-fetch where that one knows less. */
  log: string;
  blind?: string;
  state: object;
  /** Seconds until the next try, without jitter; through uclient-fetch where that differs. */
  wait?: number;
  blindWait?: number;
}

const ID = ` (request id ${REQUEST_ID})`;
const AGAIN = "; next try in T";
const DIRECT = [`set ${OWN}`];
const plain = (status: number, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  body,
  headers: { "x-amzn-RequestId": REQUEST_ID, ...headers },
});
const published = { published: OWN, publishedAt: 1000, behindNat: false, inDoubt: false, lastFailure: null };
const failed = (kind: string, inDoubt = false) => ({ published: null, inDoubt, lastFailure: { kind } });
const UNKNOWN =
  "the service does not know this host name, could not read its record, or has it disabled (403)";
const FORBIDS = "the URL refuses the call (403): is it right, and is the function public?";
const BLIND_403 = `${UNKNOWN}; or ${FORBIDS} (uclient-fetch cannot tell, curl can)${AGAIN}`;
const NO_CONFIG = `There was an issue evaluation or reading ${NAME} configuration from dynamoDB table: ddns`;

/** A set that ends in `status`; what is said of it through curl, and less of it through uclient-fetch. */
function trouble(name: string, reply: Reply, kind: string, says: string, said: string, wait: number): Row {
  const level = kind === "busy" ? "warn" : "error";
  const code = kind === "refused" ? 3 : 1;
  const state = failed(kind, kind !== "refused");
  const unseen = says.endsWith("(500)") ? " (uclient-fetch does not show why, curl does)" : "";
  const [log, blind] = [`${says}${said}${ID}${AGAIN}`, `${says}${unseen}${AGAIN}`];
  return { name, replies: [reply], asked: DIRECT, code, level, log, blind, state, wait };
}

const ROWS: readonly Row[] = [
  {
    name: "201: changed",
    replies: [changed()],
    asked: DIRECT,
    code: 0,
    level: "info",
    log: `published ${OWN}`,
    state: published,
  },
  {
    name: "201 in the article's words",
    replies: [answer(201, `Your hostname record ${NAME} has been set to ${OWN}`)],
    asked: DIRECT,
    code: 0,
    level: "info",
    log: `published ${OWN}`,
    state: published,
  },
  {
    name: "200: already right",
    replies: [answer(200, "Your IP address matches the current Route53 DNS record.")],
    asked: DIRECT,
    code: 0,
    level: "info",
    log: `published ${OWN}`,
    state: published,
  },
  {
    name: "401, and the service sees us: wrong secret",
    replies: [answer(401, "Validation hashes do not match."), seen(OWN)],
    asked: [`set ${OWN}`, "get"],
    code: 3,
    level: "error",
    log: `the service refuses the token for ${OWN} (401): secret or hostname differ from its record${ID}${AGAIN}`,
    blind: `the service refuses the token for ${OWN} (401): secret or hostname differ from its record${AGAIN}`,
    state: failed("refused"),
    wait: 3600,
  },
  {
    name: "401, and the service sees another address: NAT",
    replies: [answer(401, "Validation hashes do not match."), seen(OTHER), changed(OTHER)],
    asked: [`set ${OWN}`, "get", `set ${OTHER}`],
    code: 0,
    level: "info",
    log: `published ${OTHER}, seen behind NAT`,
    state: { ...published, published: OTHER, behindNat: true },
  },
  {
    name: "get, then set: ip_source web",
    options: { ip_source: "web" },
    replies: [seen(OWN), changed()],
    asked: ["get", `set ${OWN}`],
    code: 0,
    level: "info",
    log: `published ${OWN}`,
    state: published,
  },
  {
    name: "get that sees IPv6",
    options: { ip_source: "web" },
    replies: [seen("2001:db8::1")],
    asked: ["get"],
    code: 1,
    level: "error",
    log: `the service sees 2001:db8::1, which is not an ipv4 address${AGAIN}`,
    state: failed("broken"),
    wait: 300,
  },
  {
    name: "get that sees a private address",
    options: { ip_source: "web" },
    replies: [seen("10.0.0.1")],
    asked: ["get"],
    code: 1,
    level: "error",
    log: `the service sees 10.0.0.1 (private), which cannot be published${AGAIN}`,
    state: failed("broken"),
    wait: 300,
  },
  {
    name: "502 to a get",
    options: { ip_source: "web" },
    replies: [plain(502, "Internal Server Error")],
    asked: ["get"],
    code: 1,
    level: "error",
    log: `the service failed (502)${ID}${AGAIN}`,
    blind: `the service failed (502)${AGAIN}`,
    state: failed("broken"),
    wait: 300,
  },
  {
    ...trouble(
      "403: unknown host, or its table throttled",
      answer(403, NO_CONFIG),
      "refused",
      UNKNOWN,
      `: ${NO_CONFIG}`,
      3600,
    ),
    blind: BLIND_403,
  },
  {
    ...trouble(
      "403 of the URL: no permission",
      plain(403, '{"Message":"Forbidden. For troubleshooting see the documentation"}'),
      "refused",
      FORBIDS,
      "",
      3600,
    ),
    blind: BLIND_403,
  },
  {
    ...trouble("403 of the URL: unknown", plain(403, '{"Message":null}'), "refused", FORBIDS, "", 3600),
    blind: BLIND_403,
  },
  trouble(
    "400: malformed token",
    answer(400, "You must pass a valid sha256 hash in the hash= argument."),
    "refused",
    "the service calls the request malformed (400)",
    ": You must pass a valid sha256 hash in the hash= argument.",
    3600,
  ),
  trouble("502", plain(502, "Internal Server Error"), "broken", "the service failed (502)", "", 300),
  trouble(
    "500: zone missing",
    answer(500, "An error occurred (NoSuchHostedZone) when calling the ListResourceRecordSets operation"),
    "broken",
    "the service failed (500)",
    ": An error occurred (NoSuchHostedZone) when calling the ListResourceRecordSets operation",
    300,
  ),
  trouble(
    "500: Route 53 throttled",
    answer(
      500,
      "An error occurred (Throttling) when calling the ChangeResourceRecordSets operation: Rate exceeded",
    ),
    "broken",
    "the service failed (500)",
    ": An error occurred (Throttling) when calling the ChangeResourceRecordSets operation: Rate exceeded",
    300,
  ),
  trouble(
    "500: the sample was reached over IPv6",
    answer(500, "ARRDATAIllegalIPv4Address"),
    "broken",
    "the service failed (500)",
    ": ARRDATAIllegalIPv4Address; it writes A records only (AWS's sample does): family 'ipv6' needs this project's service",
    300,
  ),
  {
    ...trouble(
      "429 with Retry-After",
      plain(429, '{"Reason":"x","Type":"User","message":"Rate Exceeded."}', { "Retry-After": "600" }),
      "busy",
      "the service asks to wait (429)",
      "",
      600 * 1.125,
    ),
    blindWait: 60,
  },
  trouble(
    "429 without",
    plain(429, '{"message":"Rate Exceeded."}'),
    "busy",
    "the service asks to wait (429)",
    "",
    60,
  ),
  trouble("503", plain(503, ""), "busy", "the service asks to wait (503)", "", 60),
  trouble(
    "404",
    plain(404, "not here"),
    "broken",
    "there is nothing at this URL (404); compare it with the function URL",
    "",
    300,
  ),
];

for (const client of ["curl", "uclient-fetch"] as const) {
  describeWith(`answers through ${client}`, client === "curl" ? ["qjs", "curl"] : ["qjs"], () => {
    const world = useWorld();
    it.each(ROWS)("$name", async (row) => {
      const router = world.router({ http_client: client, ...row.options });
      world.server().script(...row.replies);
      const result = await router.run(["update", "--trigger", "ifup"]);
      expect(result.stdout).toBe("");
      const line = `home: ${NAME} IPv4: ${(client === "curl" ? null : row.blind) ?? row.log}`;
      expect(logged(result)).toEqual([`${row.level}: ${line}`]);
      const priority = { info: "info", warn: "warning", error: "err" }[row.level];
      expect(router.syslog().map(calmly)).toEqual([`daemon.${priority} lambda-ddns: ${line}`]);
      expect(world.asked()).toEqual(row.asked);
      expect(result.code).toBe(row.code);
      const state = stateOf(router);
      expect(state).toMatchObject({
        sentAt: 1000,
        detected: OWN,
        failures: row.code === 0 ? 0 : 1,
        ...row.state,
      });
      expectWait(state.notBefore, row, client);
    });
  });
}

function expectWait(notBefore: number, { wait, blindWait }: Row, client: Client): void {
  const seconds = (client === "curl" ? null : blindWait) ?? wait;
  if (seconds === undefined) expect(notBefore).toBe(0);
  else expect(Math.abs(notBefore - 1000 - seconds)).toBeLessThanOrEqual(seconds / 4);
}
