// One service that is in trouble beside one that is not, in the shipped bundle: whatever is wrong with the first, the second is
// published in the very same run, and told nothing of it (law 11).
import { mkdirSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { type HttpsServer, type Reply, startHttps } from "../stand-ins/https.ts";
import { makeRouter, type Router } from "../stand-ins/router.ts";
import { expectSound } from "./packaged.ts";

const BAD = "bad:bad.dyn.example.com:ipv4";
const GOOD = "good:good.dyn.example.com:ipv4";
const FOLDER = "var/run/lambda-ddns";
const DONE: Reply = { status: 201, body: '{"return_status":"success","return_message":"done"}' };

interface Trouble {
  name: string;
  /** Options of the first service that differ from the second's. */
  options?: Record<string, string>;
  /** Where its server is, if not the second's. */
  url?: (bad: HttpsServer) => string;
  reply?: Reply;
  before?: (router: Router) => void;
  code: number;
}

const TROUBLES: readonly Trouble[] = [
  { name: "a section that is wrong", options: { family: "ipv5" }, code: 2 },
  { name: "an interface that does not exist", options: { interface: "nowhere" }, code: 0 },
  { name: "a fetcher that is not installed", options: { http_client: "uclient-fetch" }, code: 1 },
  { name: "a CA file that is not there", options: { cacert: "/nowhere/ca.pem" }, code: 1 },
  { name: "a host that does not exist", url: () => "https://nowhere.invalid/", code: 1 },
  { name: "a refusal", reply: { status: 403, body: "" }, code: 3 },
  { name: "a stranger's answer", reply: { body: "[".repeat(50_000) }, code: 1 },
  { name: "an answer that is cut", reply: { ...DONE, ending: "cut" }, code: 1 },
  { name: "an answer that never comes", reply: { ending: "hang" }, code: 1 },
  {
    name: "a redirect into the house",
    reply: { status: 307, headers: { Location: "https://192.168.1.1/" } },
    code: 1,
  },
  {
    name: "a state file that is garbage",
    before: (router) => router.put(`${FOLDER}/${BAD}`, "\u0000{[", 0o600),
    code: 0,
  },
  {
    name: "a state file that cannot be written",
    before: (router) => {
      mkdirSync(router.path(`${FOLDER}/${BAD}/full`), { recursive: true });
    },
    code: 1,
  },
];

function section(name: string, options: Record<string, string>): string {
  const lines = Object.entries(options).map(([option, value]) => `\toption ${option} '${value}'\n`);
  return `config service '${name}'\n\toption hostname '${name}.dyn.example.com'\n\toption secret 'x'\n${lines.join("")}\n`;
}

async function run({ options, url, reply = DONE, before }: Trouble) {
  const [bad, good] = [await startHttps(), await startHttps()];
  const router = makeRouter({ ca: good.ca, programs: ["uci", "ubus", "logger", "curl"] });
  try {
    bad.answerAlways(() => reply);
    good.answerAlways(() => DONE);
    mkdirSync(router.path(FOLDER), { mode: 0o700 });
    before?.(router);
    const common = { cacert: router.caPath, http_client: "curl" };
    const first = section("bad", { ...common, url: url?.(bad) ?? bad.url(), ...options });
    router.setConfig(first + section("good", { ...common, url: good.url() }));
    const result = await router.run(["update", "--trigger", "ifup"], { timeoutSeconds: 60 });
    rmSync(router.path(`${FOLDER}/${BAD}`), { recursive: true, force: true });
    await expectSound(router, 1000);
    return { ...result, asked: good.asked.length, good: JSON.parse(router.state()[GOOD] ?? "null") };
  } finally {
    await bad.close();
    await good.close();
    router.remove();
  }
}

describeWith("beside a service that has", ["qjs", "curl"], () => {
  it.concurrent.each(TROUBLES)("$name, another is served", { timeout: 90_000 }, async (trouble) => {
    const { code, stderr, asked, good } = await run(trouble);
    expect({ code, asked }, stderr).toEqual({ code: trouble.code, asked: 1 });
    expect(good).toMatchObject({ published: "176.32.100.36", failures: 0, inDoubt: false, notBefore: 0 });
    expect(stderr).toContain("info: good: good.dyn.example.com IPv4: published 176.32.100.36\n");
  });
});
