// The zone port on Route 53, through the AWS SDK: one UPSERT a change, alone or in a batch, and nothing is listed first.
// It does not retry: the router does, later and spread out, and a refusal that follows a lost answer would mislead.
import {
  ChangeResourceRecordSetsCommand,
  Route53Client,
  type Route53ClientConfig,
} from "@aws-sdk/client-route-53";
import type { Zone, ZoneBatches, ZoneChange, ZoneTrouble } from "../ports.ts";
import type { ZoneRole } from "../settings.ts";
import { detailOf, isRefusal, isThrottling, nameOf } from "./errors.ts";
import type { zoneRoleCredentials } from "./zone-role.ts";

/** Shorter than the lease of a mark minus the time in which a write may begin (see handle.ts). */
const DEADLINE_MS = 5_000;

/** A client as the function needs it, by `role` for a zone in another account. Route 53 is a global service: without a region the SDK asks the partition. */
export function route53Client(
  role: ZoneRole | null = null,
  config: Route53ClientConfig = { maxAttempts: 1 },
): Route53Client {
  if (role === null) return new Route53Client(config);
  // The SDK's part for STS is loaded when credentials are first needed.
  const credentials: ReturnType<typeof zoneRoleCredentials> = async (identity) =>
    await (await import("./zone-role.ts")).zoneRoleCredentials(role)(identity);
  return new Route53Client({ ...config, credentials });
}

/** Zones behind `client`, which must be made with maxAttempts 1. */
export function route53Zone(client: Route53Client, deadlineMs = DEADLINE_MS): Zone & ZoneBatches {
  const send = async (zoneId: string, changes: readonly Omit<ZoneChange, "zoneId">[]) => {
    const abortSignal = AbortSignal.timeout(deadlineMs);
    const input = { HostedZoneId: zoneId, ChangeBatch: { Changes: changes.map(upsertOf) } };
    await client.send(new ChangeResourceRecordSetsCommand(input), { abortSignal });
  };
  return {
    async upsert(change) {
      try {
        await send(change.zoneId, [change]);
        return { kind: "done" };
      } catch (error) {
        return trouble(error);
      }
    },
    async upsertAll(zoneId, changes) {
      try {
        await send(zoneId, changes);
        return { kind: "done" };
      } catch (error) {
        const { kind, detail } = trouble(error);
        return { kind: kind === "failed" && ONE_OF_THEM.has(nameOf(error)) ? "invalid" : kind, detail };
      }
    },
  };
}

/** Refusals for which one change of a batch suffices: its name does not lie in the zone, or not under the role's domain. */
const ONE_OF_THEM: ReadonlySet<string> = new Set([
  "InvalidChangeBatch",
  "InvalidInput",
  "AccessDenied",
  "AccessDeniedException",
]);

function upsertOf({ name, type, address, ttlSeconds }: Omit<ZoneChange, "zoneId">) {
  const set = { Name: `${name}.`, Type: type, TTL: ttlSeconds, ResourceRecords: [{ Value: address }] };
  return { Action: "UPSERT" as const, ResourceRecordSet: set };
}

function trouble(error: unknown): ZoneTrouble {
  const detail = `Route 53: ${detailOf(error)}`;
  if (isThrottling(error)) return { kind: "refused", detail };
  return { kind: isRefusal(error) ? "failed" : "unsure", detail };
}
