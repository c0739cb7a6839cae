// Function URL events (payload format 2.0) as AWS documents them, for tests.
import { ADDRESS } from "./world.ts";

interface EventParts {
  method?: string;
  sourceIp?: string | undefined;
  requestId?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  isBase64Encoded?: boolean;
}

/** An event with the members that AWS sends; a test names those it is about. */
export function functionUrlEvent(parts: EventParts) {
  const { method = "POST", requestId = "request-1", headers = {}, isBase64Encoded = false } = parts;
  const sourceIp = "sourceIp" in parts ? parts.sourceIp : ADDRESS;
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/",
    rawQueryString: "",
    headers: { "content-type": "application/json", ...headers },
    requestContext: {
      accountId: "anonymous",
      apiId: "abcdefghijklmnopqrstuvwxyz012345",
      domainName: "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws",
      domainPrefix: "abcdefghijklmnopqrstuvwxyz012345",
      http: {
        method,
        path: "/",
        protocol: "HTTP/1.1",
        ...(sourceIp === undefined ? {} : { sourceIp }),
        userAgent: "x",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: "15/Jan/2027:08:00:00 +0000",
      timeEpoch: 1_800_000_000_000,
    },
    ...(parts.body === undefined ? {} : { body: parts.body }),
    isBase64Encoded,
  };
}
