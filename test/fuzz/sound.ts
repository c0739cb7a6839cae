// Good texts for every border, of which garbage is made: what real programs print, and what the client keeps.

import { encodeState } from "../../src/client/core/state.ts";
import { published } from "../core/given.ts";
import sample from "../transcripts/sample-service.json" with { type: "json" };
import ubus from "../transcripts/ubus/network.interface.json" with { type: "json" };
import uci from "../transcripts/uci/export.json" with { type: "json" };
import fetch2410 from "../transcripts/uclient-fetch/2410-mbedtls.json" with { type: "json" };

export type Texts = readonly [string, ...string[]];

function texts(list: readonly (string | null | undefined)[]): Texts {
  const [first = "", ...others] = list.filter((one): one is string => typeof one === "string" && one !== "");
  return [first, ...others];
}

const SECTION = `package lambda-ddns

config lambda-ddns 'global'
	option enabled '1'
	option check_interval '600'
	option log_level 'info'

config service 'home'
	option enabled '1'
	option url 'https://abc.lambda-url.eu-west-1.on.aws/'
	list hostname 'host1.dyn.example.com'
	list hostname 'host2.dyn.example.com.'
	option secret 'it'\\''s a secret'
	option interface 'wan'
	option interface6 'wan6'
	option family 'dual'
	option ip_source 'auto'
	option force_interval '259200'
	option cacert '/etc/ca.pem'
	option http_client 'curl'

`;

export const UCI = texts([SECTION, SECTION, ...uci.cases.map((one) => one.stdout)]);

const DUMP = JSON.stringify({
  interface: [
    {
      interface: "wan",
      up: true,
      l3_device: "eth1",
      "ipv4-address": [{ address: "176.32.100.36", mask: 24 }],
      route: [{ target: "0.0.0.0", mask: 0 }],
    },
    {
      interface: "wan6",
      up: true,
      l3_device: "eth1",
      "ipv6-address": [
        { address: "2a00:1450::1", mask: 64, preferred: 600, valid: 900 },
        { address: "2a00:1450::2", preferred: 0 },
      ],
    },
    {
      interface: "wanb",
      up: true,
      device: "wwan0",
      "ipv4-address": [{ address: "100.64.1.2" }],
      route: [{ target: "0.0.0.0", mask: 0 }],
    },
  ],
});

/** Lists in which something else stands than they are for. */
const STRANGE = JSON.stringify({
  interface: [
    null,
    7,
    {
      interface: "wan",
      up: true,
      l3_device: "eth1",
      "ipv4-address": [null, "x", { address: "176.32.100.36" }],
      route: [null, [], { target: null, mask: 0 }],
    },
  ],
});

export const UBUS = texts([DUMP, STRANGE, ...ubus.cases.map((one) => one.stdout)]);

const FAILURE = {
  kind: "busy",
  detail: "the service asks to wait (429)",
  requestId: "id-1",
  retryAfter: 120,
} as const;

export const STATE = texts([
  encodeState(published({ stamp: "100.1790000000000.7", fingerprint: "0".repeat(64) })),
  encodeState(
    published({ failures: 3, lastFailure: FAILURE, notBefore: 5000, inDoubt: true, detected: "100.64.1.2" }),
  ),
]);

export const MEMO = texts([
  JSON.stringify({
    at: 1000,
    until: 90_000,
    files: { "/etc/config/lambda-ddns": "1.2.3" },
    dump: '{"interface": []}',
  }),
  JSON.stringify({ at: 4000, until: 5000.5, files: {}, dump: '{"interface": []}' }),
]);

interface Answer {
  status: number;
  body: string;
}
const ANSWERS: readonly Answer[] = (sample as { cases: readonly Partial<Answer>[] }).cases.map(
  ({ status = 0, body = "" }) => ({ status, body }),
);

/** What a lying service may say to a `get`. */
const TOLD = ["10.0.0.1", "100.64.1.2", "192.0.2.1", "169.254.1.1"].map((address) =>
  JSON.stringify({ return_status: "success", return_message: address }),
);

/** As curl --include prints them. */
export const HTTP = texts([
  ...ANSWERS.map(
    ({ status, body }) =>
      `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nx-amzn-RequestId: 1-2-3\r\n\r\n${body}`,
  ),
  'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nDate: Sun, 22 Nov 2026 02:00:00 GMT\r\n\r\n{"Reason":"x","message":"Rate Exceeded."}',
  "HTTP/2 503 \r\ndate: Sun, 22 Nov 2026 02:00:00 GMT\r\nretry-after: Sun, 22 Nov 2026 02:10:00 GMT\r\n\r\n",
  "HTTP/1.1 307 X\r\nLocation: https://def.lambda-url.eu-west-1.on.aws/path?q\r\n\r\n",
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\n{"return_status": "success", "return_message": "updated"}',
  'HTTP/1.0 200 OK\n\n{"return_status":"success","return_message":"176.32.100.36","request_id":"a-b"}',
  ...TOLD.map((body) => `HTTP/1.1 200 OK\r\n\r\n${body}`),
]);

export const BODIES = texts([...ANSWERS.map(({ body }) => body), ...TOLD]);

export const STDERR = texts([
  ...fetch2410.cases.map((one) => one.stderr),
  "curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore details here\n",
  "curl: (35) Recv failure: Connection reset by peer\n",
]);

export const WORDS = texts([
  "update --trigger ifup --interface wan",
  "update --force home host1.dyn.example.com",
  "update --trigger=timer --dry-run",
  "status --json",
  "check home",
  "address",
  "--version",
]);
