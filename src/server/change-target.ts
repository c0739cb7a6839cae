// Where change events go, as the operator writes it: an https URL, an SNS topic or an EventBridge bus.

export type TargetSetting =
  | { kind: "https"; url: string }
  | { kind: "sns"; topicArn: string; region: string }
  | { kind: "eventbridge"; busArn: string; region: string };

const ARN = /^arn:aws[a-z-]*:(sns|events):([a-z0-9-]+):\d{12}:(.+)$/;

/** The target that `text` names, or a sentence about what is wrong with it. */
export function readTarget(text: string): TargetSetting | string {
  const [, service, region = "", rest = ""] = ARN.exec(text) ?? [];
  if (service === "sns" && /^[A-Za-z0-9_-]{1,256}$/.test(rest))
    return { kind: "sns", topicArn: text, region };
  if (service === "events" && rest.startsWith("event-bus/"))
    return { kind: "eventbridge", busArn: text, region };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "https:" && url.username === "") return { kind: "https", url: text };
  // As the client takes them: plain http for a receiver on the same machine.
  if (url?.protocol === "http:" && isLoopback(url.hostname)) return { kind: "https", url: text };
  return (
    "the change target is none: give an https URL without a user name in it, the ARN of an SNS topic " +
    "(arn:aws:sns:REGION:ACCOUNT:NAME) or of an EventBridge bus (arn:aws:events:REGION:ACCOUNT:event-bus/NAME)"
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
