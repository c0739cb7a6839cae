// What the router's programs print behind the page: a household, and texts that are hostile.

export const EVIL = "<img src=x onerror=alert(1)>.example.com";
export const SECRET = "geheim-4711";
const URL_ = "https://abc123.lambda-url.eu-west-1.on.aws/";

const HOME = {
  section: "home",
  hostname: "home.dyn.example.com",
  interface: "wan",
  state: "ok",
  last_error: null,
  next_look_in: 512,
  next_attempt_in: null,
  behind_nat: false,
  in_doubt: false,
};

/** The members of `status --json` that a story changes; the rest is as on a good day. */
export function statusText(changed: Record<string, unknown> = {}): string {
  const services = [
    {
      ...HOME,
      id: "home:home.dyn.example.com:ipv4",
      family: "ipv4",
      published: "176.32.100.36",
      published_at: 3600,
      address: "176.32.100.36",
      attempted_at: 3600,
    },
    {
      ...HOME,
      id: "home:home.dyn.example.com:ipv6",
      family: "ipv6",
      published: "2a00:1450:4001:82a::200e",
      published_at: 90000,
      address: "2a00:1450:4001:82a::200e",
      attempted_at: 90000,
    },
  ];
  const good = {
    version: "0.1.0",
    uptime: 90061,
    enabled: true,
    started: true,
    services,
    problems: [],
    disabled: [],
  };
  return `${JSON.stringify({ ...good, ...changed })}\n`;
}

/** A service in trouble whose texts are all markup. */
export const OFFICE = {
  ...HOME,
  id: `office:${EVIL}:ipv4`,
  section: "office",
  hostname: EVIL,
  family: "ipv4",
  interface: "wan",
  published: null,
  published_at: null,
  state: "refused",
  last_error: {
    kind: "refused",
    detail: `refuses the token for ${EVIL} (401)`,
    request_id: "1b2c-<b>3d</b>",
  },
  next_attempt_in: 3500,
  behind_nat: true,
  address: "100.64.3.4",
  attempted_at: 90001,
  in_doubt: true,
};

export const PROBLEM = {
  severity: "error",
  section: "<u>spare</u>",
  option: "url",
  message: "'<s>' is not a URL",
};

/** What `lambda-ddns config` prints; no secret is in it. */
export function configText(office = EVIL): string {
  const service = { url: [URL_], interface: ["wan"] };
  return `${JSON.stringify({
    sections: [
      { type: "lambda-ddns", name: "global", options: { enabled: ["1"] }, hidden: [] },
      {
        type: "service",
        name: "home",
        options: { ...service, enabled: ["on"], hostname: [HOME.hostname], family: ["dual"], odd: ["keep"] },
        hidden: ["secret"],
      },
      {
        type: "service",
        name: "office",
        options: { ...service, enabled: ["0"], hostname: [office] },
        hidden: [],
      },
    ],
  })}\n`;
}

const CHECK = `ok   the clock says 2026-11-25 06:00 UTC
FAIL configuration: section 'spare', option 'url': '<i>x</i>' is not a URL

home: home.dyn.example.com IPv4
ok   interface 'wan' has 176.32.100.36 on eth1
note the service sees 176.32.100.37, not 176.32.100.36: NAT lies in between
`;

const LOG = `Wed Nov 25 05:00:00 2026 daemon.info lambda-ddns: home: home.dyn.example.com IPv4: published 176.32.100.36
Wed Nov 25 05:30:00 2026 daemon.err lambda-ddns: office: <script>alert(2)</script>: the service refuses the token (401)
`;

/** Every command's output on a good day. */
export function outputs(status = statusText()): Record<string, string | number> {
  return {
    "/usr/bin/lambda-ddns status --json": status,
    "/usr/bin/lambda-ddns config": configText(),
    "/usr/bin/lambda-ddns check": CHECK,
    "/sbin/logread -e lambda-ddns": LOG,
  };
}
