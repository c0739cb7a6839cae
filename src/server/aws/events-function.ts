// The function of change events: the table's stream calls it with batches, and learns where to begin again.
import { setTimeout as sleep } from "node:timers/promises";
import { readTarget, type TargetSetting } from "../change-target.ts";
import { type BatchAnswer, type ChangeTarget, deliver } from "../deliver.ts";
import { httpsTarget } from "../https-target.ts";

const target = once(async () => {
  const setting = readTarget(process.env["change_target"] ?? "");
  if (typeof setting === "string") throw new Error(setting);
  return await open(setting);
});

/** The entry point that aws/template.yaml names: a DynamoDB stream's event. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  const ports = {
    target: await target(),
    wait: async (seconds: number) => void (await sleep(seconds * 1000)),
    log: (line: string) => process.stdout.write(`${line}\n`),
    now: Date.now,
  };
  return await deliver(ports, event);
}

/** Only the SDK's part that this target needs is loaded. */
async function open(setting: TargetSetting): Promise<ChangeTarget> {
  if (setting.kind === "https") return httpsTarget(setting.url);
  if (setting.kind === "sns") {
    const { snsClient, snsTarget } = await import("./sns.ts");
    return snsTarget(snsClient(setting.region), setting.topicArn);
  }
  const { eventBridgeClient, eventBridgeTarget } = await import("./eventbridge.ts");
  return eventBridgeTarget(eventBridgeClient(setting.region), setting.busArn);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
