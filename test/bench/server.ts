// What a request costs the handler: CPU per kind with stubbed adapters, and the calls it makes of each service.
// `npx tsx test/bench/server.ts`; prints a table. Network, SDK and cold start are not in these figures.
import { serve } from "../../src/server/service.ts";
import { functionUrlEvent } from "../server/events.ts";
import { ADDRESS, HOST, makeWorld, OTHER_ADDRESS, tokenFor } from "../server/world.ts";

const ROUNDS = 20_000;
/** Route 53's change calls a second for one account: as long stated, and by the current page's refill. */
const QUOTAS = [5, 10] as const;
const SAMPLE_CALLS = 2;

interface Kind {
  name: string;
  event(round: number): object;
}

function setEvent(sourceIp: string, token = tokenFor(sourceIp)): object {
  const body = JSON.stringify({ execution_mode: "set", ddns_hostname: HOST, validation_hash: token });
  return functionUrlEvent({ body, sourceIp });
}

const addresses = [ADDRESS, OTHER_ADDRESS].map((address) => setEvent(address));
const get = functionUrlEvent({ body: '{"execution_mode":"get"}' });
const wrong = setEvent(ADDRESS, "0".repeat(64));
const KINDS: readonly Kind[] = [
  { name: "get", event: () => get },
  { name: "unchanged set", event: () => addresses[0] ?? get },
  { name: "changed set", event: (round) => addresses[round % 2] ?? get },
  { name: "wrong token", event: () => wrong },
];

/** Microseconds of CPU a request, and the calls of the last one. */
async function measure({ event }: Kind): Promise<{ micros: number; line: Record<string, unknown> }> {
  const world = makeWorld({ changesPerMinute: Number.MAX_SAFE_INTEGER });
  let line = "{}";
  const log = (text: string) => {
    line = text;
  };
  const service = { ...world.ports, log };
  for (let round = 0; round < ROUNDS / 10; round++) await serve(service, event(round), "bench");
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) await serve(service, event(round), "bench");
  const { user, system } = process.cpuUsage(before);
  return { micros: (user + system) / ROUNDS, line: JSON.parse(line) as Record<string, unknown> };
}

process.stdout.write("request         CPU µs  DynamoDB  Route 53  status\n");
for (const kind of KINDS) {
  const { micros, line } = await measure(kind);
  const cells = [line["dynamodb_calls"], line["route53_calls"], line["status"]].map((cell) =>
    String(cell).padStart(8),
  );
  process.stdout.write(`${kind.name.padEnd(15)} ${micros.toFixed(1).padStart(6)}  ${cells.join("  ")}\n`);
}
for (const quota of QUOTAS) {
  const sample = quota / SAMPLE_CALLS;
  process.stdout.write(
    `at ${quota} Route 53 calls/s an account carries ${quota} changes/s, the sample's ${sample}\n`,
  );
}
