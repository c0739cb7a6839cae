// What the AWS SDK throws, sorted by what it means for us. Its texts are for the log and never for a caller.

/** The codes that the SDK's own retries take for throttling, of those that DynamoDB and Route 53 may answer. */
const THROTTLING: ReadonlySet<string> = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottled",
  "RequestThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "BandwidthLimitExceeded",
  "SlowDown",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "TransactionInProgressException",
]);

/** The error's code, such as "Throttling"; "Error" for what has none. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "Error";
}

/** AWS said that it did nothing because it is asked too much. */
export function isThrottling(error: unknown): boolean {
  return THROTTLING.has(nameOf(error)) || statusOf(error) === 429;
}

/** AWS refused the request itself: it certainly did nothing, and will not next time either. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status !== null && status >= 400 && status < 500 && !isThrottling(error);
}

/** Likely to go away by itself: throttling, 5xx, no connection, a deadline. */
export function isPassing(error: unknown): boolean {
  return !isRefusal(error) && !isSetup(error);
}

/** Code and text on one line, for the log. */
export function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = statusOf(error);
  return `${error.name}${status === null ? "" : ` (${status})`}: ${error.message}`;
}

/** Errors made before anything was sent: no credentials, no region. */
function isSetup(error: unknown): boolean {
  return (
    nameOf(error) === "CredentialsProviderError" ||
    (error instanceof Error && /region is missing/i.test(error.message))
  );
}

function statusOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return null;
  const status = (error.$metadata as { httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  return typeof status === "number" ? status : null;
}
