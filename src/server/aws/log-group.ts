// The service's log on AWS, read page by page.
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogEvent } from "../log-events.ts";

/** CloudWatch answers five of these questions a second, for the whole account: the SDK waits its turn, and asks again. */
export function logsClient(config: CloudWatchLogsClientConfig): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ maxAttempts: 8, ...config });
}

/** Reads the lines of the group `name` from a time on (Unix time in milliseconds) that match CloudWatch's `pattern`. */
export function logGroup(name: string, client: CloudWatchLogsClient) {
  return async function* (sinceMs: number, pattern: string): AsyncGenerator<LogEvent[]> {
    let nextToken: string | undefined;
    do {
      const input: FilterLogEventsCommandInput = { logGroupName: name, startTime: sinceMs };
      if (pattern !== "") input.filterPattern = pattern;
      if (nextToken !== undefined) input.nextToken = nextToken;
      const page = await client.send(new FilterLogEventsCommand(input));
      yield (page.events ?? []).map(({ eventId = "", timestamp = 0, message = "" }) => ({
        id: eventId,
        timestampMs: timestamp,
        text: message.trimEnd(),
      }));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  };
}
