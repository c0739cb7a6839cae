// The credentials of a role in another account, whose zone the functions write (aws/zone-role.yaml).
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { ZoneRole } from "../settings.ts";
import { detailOf, isThrottling, nameOf } from "./errors.ts";

type Credentials = ReturnType<typeof fromTemporaryCredentials>;
type StsConfig = NonNullable<Parameters<typeof fromTemporaryCredentials>[0]["clientConfig"]>;

/** With a call of Route 53, below the function's time limit. */
const DEADLINE_MS = 3_000;

/**
 * Credentials by STS; an SDK client keeps them until 5 minutes before they expire. Errors name the role; where STS refused, none has
 * the code of a refusal by Route 53, which would be blamed on a host.
 */
export function zoneRoleCredentials(role: ZoneRole, config: StsConfig = {}): Credentials {
  const assume = fromTemporaryCredentials({
    params: { RoleArn: role.arn, ExternalId: role.externalId, RoleSessionName: "lambda-ddns" },
    clientConfig: {
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: DEADLINE_MS,
        requestTimeout: DEADLINE_MS,
        throwOnRequestTimeout: true,
      },
      ...config,
    },
  });
  return async (identity) => {
    try {
      return await assume(identity);
    } catch (error) {
      const named = new Error(`could not assume the zone's role ${role.arn}: ${detailOf(error)}`);
      named.name = isThrottling(error) ? nameOf(error) : "ZoneRoleError";
      if (error instanceof Error && "$metadata" in error)
        Object.assign(named, { $metadata: error.$metadata });
      throw named;
    }
  };
}
