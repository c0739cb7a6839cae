// The zone port on Route 53, through the AWS SDK: one UPSERT a change, and nothing is listed first.
// It does not retry: the router does, later and spread out, and a refusal that follows a lost answer would mislead.
import { ChangeResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";
import { detailOf, isRefusal, isThrottling } from "./aws-errors.ts";
import type { Zone, ZoneChange, ZoneTrouble } from "./ports.ts";

/** Shorter than the lease of a mark minus the time in which a write may begin (see handle.ts). */
const DEADLINE_MS = 5_000;

/** A client as the function needs it. Route 53 is a global service: without a region the SDK asks the partition. */
export function route53Client(): Route53Client {
  return new Route53Client({ maxAttempts: 1 });
}

/** Zones behind `client`, which must be made with maxAttempts 1. */
export function route53Zone(client: Route53Client, deadlineMs = DEADLINE_MS): Zone {
  return {
    async upsert(change) {
      try {
        const abortSignal = AbortSignal.timeout(deadlineMs);
        await client.send(new ChangeResourceRecordSetsCommand(changeInput(change)), { abortSignal });
        return { kind: "done" };
      } catch (error) {
        return trouble(error);
      }
    },
  };
}

function changeInput({ zoneId, name, type, address, ttlSeconds }: ZoneChange) {
  const set = { Name: `${name}.`, Type: type, TTL: ttlSeconds, ResourceRecords: [{ Value: address }] };
  return {
    HostedZoneId: zoneId,
    ChangeBatch: { Changes: [{ Action: "UPSERT" as const, ResourceRecordSet: set }] },
  };
}

function trouble(error: unknown): ZoneTrouble {
  const detail = `Route 53: ${detailOf(error)}`;
  if (isThrottling(error)) return { kind: "refused", detail };
  return { kind: isRefusal(error) ? "failed" : "unsure", detail };
}
