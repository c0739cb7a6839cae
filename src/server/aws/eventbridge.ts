// Change events to an EventBridge bus, ten a call; rules on the bus do the rest (docs/events.md).
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { ChangeTarget } from "../deliver.ts";
import type { ChangeMessage } from "../events.ts";
import { failedDelivery } from "./failed-delivery.ts";

/** What PutEvents takes at once. */
const AT_ONCE = 10;

/** A client as the function needs it. */
export function eventBridgeClient(region: string): EventBridgeClient {
  const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
  return new EventBridgeClient({ region, maxAttempts: 2, requestHandler });
}

/** The bus. What it took behind an entry that it did not take is sent again with that one. */
export function eventBridgeTarget(client: EventBridgeClient, busArn: string): ChangeTarget {
  return {
    atOnce: AT_ONCE,
    async send(messages) {
      try {
        const Entries = messages.map((message) => entryOf(busArn, message));
        const { Entries: results } = await client.send(new PutEventsCommand({ Entries }));
        const failed = (results ?? []).findIndex(({ ErrorCode }) => ErrorCode !== undefined);
        if (failed === -1) return { taken: messages.length, delivery: { kind: "done" } };
        const { ErrorCode, ErrorMessage } = results?.[failed] ?? {};
        const detail = `EventBridge: ${ErrorCode}: ${ErrorMessage}`;
        return { taken: failed, delivery: { kind: "failed", detail, retryAfterSeconds: 10 } };
      } catch (error) {
        return { taken: 0, delivery: failedDelivery("EventBridge", error) };
      }
    },
  };
}

function entryOf(EventBusName: string, message: ChangeMessage) {
  const { type, at } = message;
  return {
    EventBusName,
    Source: "lambda-ddns",
    DetailType: type,
    Time: new Date(at),
    Detail: JSON.stringify(message),
  };
}
