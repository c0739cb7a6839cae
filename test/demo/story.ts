// The demo's story, scene by scene: what happens to the router, and what DNS says then; refuses to go on (it throws) where
// DNS does not say what it should.
import { admin } from "../../src/server/admin/main.ts";
import type { LocalService } from "../../src/server/local/local-service.ts";
import { askDns } from "./dns-question.ts";
import type { Internet } from "./internet.ts";
import type { Receiver } from "./receiver.ts";
import type { DemoRouter, Event } from "./router.ts";

export const HOSTNAME = "router.dyn.example.com";

export interface Stage {
  service: LocalService;
  internet: Internet;
  router: DemoRouter;
  /** The service tells it of each new address. */
  receiver: Receiver;
  /** The service's folder. */
  dataDir: string;
  secret: string;
  /** Prints a line with the time. */
  tell(line: string): void;
}

const UP: Event = { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" };
const CHANGED: Event = { ...UP, ACTION: "ifupdate", IFUPDATE_ADDRESSES: "1" };

/** /etc/config/lambda-ddns with this secret. */
function configuration({ internet, service }: Stage, secret: string): string {
  return `config lambda-ddns 'global'
	option enabled '1'

config service 'home'
	option enabled '1'
	option url '${internet.url}'
	list hostname '${HOSTNAME}'
	option secret '${secret}'
	option interface 'wan'
	option cacert '${service.caPath}'
	option http_client 'curl'
`;
}

/** Plays all scenes. */
export async function play(stage: Stage): Promise<void> {
  const { router, secret } = stage;
  router.configure(configuration(stage, secret));
  router.setWan({ up: false });
  await scene(stage, "The router has booted, its WAN is down", null, "");
  line(stage, "176.32.100.36");
  await scene(stage, "WAN comes up with 176.32.100.36", UP, "176.32.100.36", 1);
  line(stage, "176.32.100.77");
  await scene(stage, "The provider gives another address: 176.32.100.77", CHANGED, "176.32.100.77", 1);
  await scene(stage, "WAN comes up again with the same address", UP, "176.32.100.77", 0);

  router.configure(configuration(stage, "another secret"));
  line(stage, "176.32.100.78");
  await scene(stage, "The secret is wrong, and the address 176.32.100.78", CHANGED, "176.32.100.77");
  await showStatus(stage);
  router.configure(configuration(stage, secret));
  line(stage, "100.64.7.9", "176.32.100.200");
  const title = "The secret is right again; behind CGNAT: WAN has 100.64.7.9, the world sees 176.32.100.200";
  await scene(stage, title, CHANGED, "176.32.100.200", 2);
  router.pass(60);
  await showStatus(stage);
  await showHistory(stage);
}

/** WAN gets `address`; the world sees it as `seen`. Ten minutes pass on the router's clock, so that no wait holds. */
function line({ router, internet }: Stage, address: string, seen = address): void {
  router.pass(600);
  router.setWan({ ipv4: address });
  internet.appearAs(seen);
}

/** Fires `event`, waits until its run has ended, and compares DNS and the number of requests with what is due. */
async function scene(
  { router, internet, service, receiver, tell }: Stage,
  title: string,
  event: Event | null,
  due: string,
  requests?: number,
): Promise<void> {
  tell(title);
  const began = performance.now();
  const [before = ""] = await askDns(service.dnsPort, HOSTNAME);
  if (event !== null) {
    await router.fire(event);
    const asked = internet.asked();
    const what = asked.length === 0 ? "no request" : `asked ${asked.join(", then ")}`;
    tell(`  ${event["ACTION"]} -> hook -> run of ${Math.round(performance.now() - began)} ms: ${what}`);
    if (requests !== undefined && asked.length !== requests)
      throw new Error(`${asked.length} requests, where ${requests} were due`);
  }
  const [answer = ""] = await askDns(service.dnsPort, HOSTNAME);
  if (answer !== due)
    throw new Error(`DNS answers ${answer || "nothing"}, where ${due || "nothing"} was due`);
  tell(`  DNS: ${HOSTNAME} A ${answer || "(no record)"}`);
  if (answer === before) return;
  const { address, was } = await receiver.next();
  if (address !== due) throw new Error(`the notice says ${address}, where ${due} was due`);
  tell(`  Notice: ${HOSTNAME} has ${address}${was === null ? "" : `, before that ${was}`}`);
}

async function showStatus({ router, tell }: Stage): Promise<void> {
  const text = await router.status();
  tell("  lambda-ddns status:");
  for (const row of text.trimEnd().split("\n").slice(2)) tell(`    ${row}`);
}

/** What the operator sees of it. */
async function showHistory({ dataDir, tell }: Stage): Promise<void> {
  const { out } = await admin(["history", HOSTNAME, "--local"], { DATA_DIR: dataDir });
  tell(`  lambda-ddns-admin history ${HOSTNAME}:`);
  for (const row of out.trimEnd().split("\n")) tell(`    ${row}`);
}
