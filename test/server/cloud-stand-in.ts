// CloudFormation, S3 and STS over HTTP, as far as deploy and destroy ask them: AWS's documented requests, answers and refusals
// (API references of 2010-05-15, 2006-03-01 and 2011-06-15). One stack at a time goes through a script of events.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One event of an operation: resource, its type, its status, and AWS's reason. */
export type Step = readonly [resource: string, type: string, status: string, reason?: string];

export interface CloudStandIn {
  url: string;
  /** What was asked, such as "CreateChangeSet" or "PUT /bucket/key". */
  requests: string[];
  /** The form fields of the last request of each action. */
  asked: Map<string, URLSearchParams>;
  /** Bucket to owner. */
  buckets: Map<string, string>;
  /** "bucket/key" to size. */
  objects: Map<string, number>;
  stack: {
    status: string;
    parameters: Record<string, string>;
    outputs: Record<string, string>;
    /** Steps that happened already, oldest first. */
    events: Step[];
    /** What happens next, one step a look. */
    script: Step[];
  } | null;
  /** What the next execution of a change set, or deletion of the stack, brings about; and the ones after it. */
  scripts: Step[][];
  outputs: Record<string, string>;
  /** Change sets' changes, as "Action Resource Type Replacement"; one without fails as AWS does. */
  changes: string[];
  /** The template's. */
  parameters: readonly string[];
  close(): Promise<void>;
}

export const ACCOUNT = "123456789012";
const NAME = "lambda-ddns";
const STACK_ID = `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/${NAME}/1`;
export const STACK_TYPE = "AWS::CloudFormation::Stack";

export async function startCloud(parameters: readonly string[]): Promise<CloudStandIn> {
  const cloud: State = {
    requests: [],
    asked: new Map(),
    buckets: new Map(),
    objects: new Map(),
    stack: null,
    scripts: [],
    outputs: {},
    changes: [],
    parameters,
  };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const form = new URLSearchParams(body.toString());
    const action = form.get("Action");
    const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
    const [status, xml] = isForm && action ? onForm(cloud, action, form) : onS3(cloud, request, body);
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(xml);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(cloud, { url, close: () => closed(server) });
}

type State = Omit<CloudStandIn, "url" | "close">;

function onForm(cloud: State, action: string, form: URLSearchParams): [number, string] {
  cloud.requests.push(action);
  cloud.asked.set(action, form);
  const answer =
    ACTIONS[action]?.(cloud, form) ?? (["InvalidAction", "not played here", 400] satisfies Refusal);
  if (typeof answer !== "string")
    return [
      answer[2],
      `<ErrorResponse><Error><Type>Sender</Type>${errorXml(answer)}</Error></ErrorResponse>`,
    ];
  return [200, `<${action}Response><${action}Result>${answer}</${action}Result></${action}Response>`];
}

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const ACTIONS: Readonly<Record<string, (cloud: State, form: URLSearchParams) => string | Refusal>> = {
  GetCallerIdentity: () => `<Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/ann</Arn>`,
  GetTemplateSummary: ({ parameters }) =>
    list(
      "Parameters",
      parameters.map((name) => `<ParameterKey>${name}</ParameterKey>`),
    ),
  AssumeRole: () =>
    "<Credentials><AccessKeyId>lent</AccessKeyId><SecretAccessKey>lent</SecretAccessKey><SessionToken>lent</SessionToken>" +
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
  DescribeStacks: describeStacks,
  CreateChangeSet: createChangeSet,
  DescribeChangeSet: describeChangeSet,
  DeleteChangeSet: () => "",
  ExecuteChangeSet: begin,
  DeleteStack: begin,
  DescribeStackEvents: (cloud) => {
    const { stack } = cloud;
    if (!stack) return ["ValidationError", `Stack [${STACK_ID}] does not exist`, 400];
    const events = stack.events.map((step, at) => eventXml(step, at)).reverse();
    advance(cloud);
    return list("StackEvents", events);
  },
};

function describeStacks({ stack }: State, form: URLSearchParams): string | Refusal {
  // A deleted stack is found by its id alone.
  const isGone = stack?.status === "DELETE_COMPLETE" && form.get("StackName") !== STACK_ID;
  if (!stack || isGone || ![NAME, STACK_ID].includes(form.get("StackName") ?? ""))
    return ["ValidationError", `Stack with id ${form.get("StackName")} does not exist`, 400];
  const pairs = (kind: string, values: Record<string, string>) =>
    list(
      `${kind}s`,
      Object.entries(values).map(
        ([key, value]) => `<${kind}Key>${key}</${kind}Key><${kind}Value>${value}</${kind}Value>`,
      ),
    );
  const { status, parameters, outputs } = stack;
  return list("Stacks", [
    `<StackId>${STACK_ID}</StackId><StackName>${NAME}</StackName><StackStatus>${status}</StackStatus>` +
      pairs("Parameter", parameters) +
      pairs("Output", outputs),
  ]);
}

function createChangeSet(cloud: State, form: URLSearchParams): string {
  const parameters = parametersIn(form, cloud.stack?.parameters ?? {});
  if (form.get("ChangeSetType") === "CREATE")
    cloud.stack = { status: "REVIEW_IN_PROGRESS", parameters, outputs: {}, events: [], script: [] };
  else if (cloud.stack) cloud.stack.parameters = parameters;
  return `<Id>arn:change-set</Id><StackId>${STACK_ID}</StackId>`;
}

function describeChangeSet({ changes }: State): string {
  if (changes.length === 0) return `<Status>FAILED</Status><StatusReason>${NO_CHANGES}</StatusReason>`;
  const members = changes.map((line) => {
    const [action, resource, type, replacement] = line.split(" ");
    const replaced = replacement ? `<Replacement>${replacement}</Replacement>` : "";
    return (
      `<Type>Resource</Type><ResourceChange><Action>${action}</Action>${replaced}` +
      `<LogicalResourceId>${resource}</LogicalResourceId><ResourceType>${type}</ResourceType></ResourceChange>`
    );
  });
  return `<Status>CREATE_COMPLETE</Status>${list("Changes", members)}`;
}

type Refusal = [code: string, message: string, status: number];

function begin({ stack, scripts, outputs }: State): string {
  if (stack) Object.assign(stack, { script: scripts.shift() ?? [], outputs });
  return "";
}

/** A step happens; the stack's own says how the stack stands. */
function advance({ stack }: State): void {
  const step = stack?.script[0];
  if (!stack || !step) return;
  stack.script = stack.script.slice(1);
  stack.events.push(step);
  if (step[1] === STACK_TYPE) stack.status = step[2];
}

function eventXml([resource, type, status, reason]: Step, at: number): string {
  const physical = type === STACK_TYPE ? STACK_ID : `physical-${resource}`;
  const time = new Date(Date.UTC(2026, 10, 1, 12, 0, at * 7)).toISOString();
  return (
    `<EventId>event-${at}</EventId><StackId>${STACK_ID}</StackId><LogicalResourceId>${resource}</LogicalResourceId>` +
    `<PhysicalResourceId>${physical}</PhysicalResourceId><ResourceType>${type}</ResourceType>` +
    `<ResourceStatus>${status}</ResourceStatus><Timestamp>${time}</Timestamp>` +
    (reason === undefined ? "" : `<ResourceStatusReason>${reason}</ResourceStatusReason>`)
  );
}

function parametersIn(form: URLSearchParams, before: Record<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 1; form.has(`Parameters.member.${at}.ParameterKey`); at++) {
    const field = (name: string) => form.get(`Parameters.member.${at}.${name}`) ?? "";
    const key = field("ParameterKey");
    found[key] = field("UsePreviousValue") === "true" ? (before[key] ?? "") : field("ParameterValue");
  }
  return found;
}

function onS3(cloud: State, request: IncomingMessage, body: Buffer): [number, string] {
  const { method = "", url = "/", headers } = request;
  const { pathname, searchParams } = new URL(url, "http://stand-in");
  const [, bucket = "", ...rest] = decodeURIComponent(pathname).split("/");
  const key = rest.join("/");
  cloud.requests.push(`${method} /${bucket}${key ? `/${key}` : ""}`);
  const owner = cloud.buckets.get(bucket);
  if (method === "PUT" && !key) return makeBucket(cloud, bucket);
  if (owner === undefined) return s3Error("NoSuchBucket", 404);
  if (owner !== ACCOUNT || headers["x-amz-expected-bucket-owner"] !== owner)
    return s3Error("AccessDenied", 403);
  return key
    ? onObject(cloud.objects, method, `${bucket}/${key}`, body)
    : onBucket(cloud, method, bucket, searchParams.get("prefix") ?? "");
}

function makeBucket({ buckets }: State, bucket: string): [number, string] {
  if (buckets.has(bucket)) return s3Error("BucketAlreadyExists", 409);
  buckets.set(bucket, ACCOUNT);
  return [200, ""];
}

function onObject(objects: State["objects"], method: string, path: string, body: Buffer): [number, string] {
  if (method === "HEAD") return [objects.has(path) ? 200 : 404, ""];
  if (method === "PUT") objects.set(path, body.length);
  else objects.delete(path);
  return [200, ""];
}

function onBucket(
  { buckets, objects }: State,
  method: string,
  bucket: string,
  prefix: string,
): [number, string] {
  const keys = (start: string) => [...objects.keys()].filter((one) => one.startsWith(`${bucket}/${start}`));
  if (method === "HEAD") return [200, ""];
  if (method === "DELETE") {
    if (keys("").length > 0) return s3Error("BucketNotEmpty", 409);
    buckets.delete(bucket);
    return [204, ""];
  }
  const contents = keys(prefix).map(
    (one) => `<Contents><Key>${one.slice(bucket.length + 1)}</Key></Contents>`,
  );
  return [200, `<ListBucketResult>${contents.join("")}</ListBucketResult>`];
}

function s3Error(code: string, status: number): [number, string] {
  return [status, `<Error>${errorXml([code, code, status])}</Error>`];
}

function errorXml([code, message]: Refusal): string {
  return `<Code>${code}</Code><Message>${message}</Message>`;
}

function list(name: string, members: readonly string[]): string {
  return `<${name}>${members.map((member) => `<member>${member}</member>`).join("")}</${name}>`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
