// The template's watch and change events: what each function may do, when it is there at all, and how the stream is read.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { WATCHED_ATTRIBUTES } from "../../src/server/aws/watch-table.ts";
import { readTarget } from "../../src/server/change-target.ts";
import { MOST_WAIT_SECONDS } from "../../src/server/deliver.ts";
import { messagesOf } from "../../src/server/events.ts";
import { encodeState } from "../../src/server/state.ts";
import { TELLING_SECONDS } from "../../src/server/told.ts";
import { problemsOf, TEMPLATE_TAGS } from "./template-spec.ts";
import { ADDRESS, HOST } from "./world.ts";

type Json = Record<string, unknown>;
interface Statement extends Json {
  Sid: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Json>;
}

const text = readFileSync(new URL("../../aws/template.yaml", import.meta.url), "utf8");
const template = parse(text, { customTags: TEMPLATE_TAGS }) as {
  Parameters: Record<string, { AllowedPattern?: string }>;
  Conditions: Json;
  Resources: Record<string, { Type: string; Condition?: string; Properties: Json }>;
};
const { Resources } = template;
const properties = (name: string) => Resources[name]?.Properties ?? expect.fail(`no resource ${name}`);

/** A role's statements, those that a condition adds too. */
function statements(role: string): Map<string, Statement> {
  const [policy] = properties(role)["Policies"] as [{ PolicyDocument: { Statement: Json[] } }];
  const all = policy.PolicyDocument.Statement.map((one) =>
    "Fn::If" in one ? ((one["Fn::If"] as unknown[])[1] as Statement) : (one as Statement),
  );
  return new Map(all.map((one) => [one.Sid, one]));
}

/** The topic that the operator named, or the one that sends their mail. */
const TOPIC = { "Fn::If": ["TellsMail", { Ref: "AlarmTopic" }, { Ref: "AlarmTopicArn" }] };

it("one topic is told, by whichever way it was named", () => {
  expect(template.Conditions["TellsTopic"]).toEqual({
    "Fn::Or": [{ Condition: "TellsMail" }, { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AlarmTopicArn" }, ""] }] }],
  });
  expect(Resources["AlarmTopic"]).toEqual({
    Type: "AWS::SNS::Topic",
    Condition: "TellsMail",
    Properties: { Subscription: [{ Protocol: "email", Endpoint: { Ref: "AlarmEmail" } }] },
  });
  const alarms = Object.values(Resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
  expect(alarms.length).toBeGreaterThan(4);
  for (const { Properties } of alarms)
    expect(JSON.stringify(Properties["AlarmActions"])).toContain(JSON.stringify(TOPIC));
});

describe("the watch", () => {
  it("is there where somebody is told, and nowhere else", () => {
    for (const name of ["WatchRole", "WatchFunction", "WatchScheduleRole", "WatchTimer", "WatchAlarm"])
      expect(Resources[name]?.Condition).toBe("TellsTopic");
  });

  it("may read what it reads, and no secret", () => {
    const scan = statements("WatchRole").get("ReadWhatIsNotSecret");
    expect(scan?.Action).toBe("dynamodb:Scan");
    expect(scan?.Condition).toEqual({
      "ForAllValues:StringEquals": { "dynamodb:Attributes": [...WATCHED_ATTRIBUTES] },
      StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      Null: { "dynamodb:Attributes": "false" },
    });
    for (const secret of ["data", "retired_secret", "enrol"])
      expect(WATCHED_ATTRIBUTES).not.toContain(secret);
  });

  it("may write what it told, send it, log, and nothing else", () => {
    const all = statements("WatchRole");
    expect([...all.keys()]).toEqual(["ReadWhatIsNotSecret", "RememberWhatWasTold", "SendDigest", "WriteLog"]);
    expect(all.get("RememberWhatWasTold")).toMatchObject({
      Action: "dynamodb:UpdateItem",
      Condition: { "ForAllValues:StringEquals": { "dynamodb:Attributes": ["hostname", "told"] } },
    });
    expect(all.get("SendDigest")).toMatchObject({
      Action: "sns:Publish",
      Resource: TOPIC,
    });
    expect(statements("WatchScheduleRole").get("StartWatch")?.Resource).toEqual({
      "Fn::GetAtt": "WatchFunction.Arn",
    });
  });

  it("ends before another run takes over what it was about to tell", () => {
    expect(properties("WatchFunction")).toMatchObject({ Handler: "watch.handler" });
    expect(Number(properties("WatchFunction")["Timeout"])).toBeLessThan(TELLING_SECONDS);
  });
});

describe("aws/slack.yaml", () => {
  const slack = parse(readFileSync(new URL("../../aws/slack.yaml", import.meta.url), "utf8"), {
    customTags: TEMPLATE_TAGS,
  }) as typeof template;

  it("has the properties that AWS's specification knows, and keeps the token out of sight", () => {
    const db = loadAwsServiceSpecSync();
    for (const { Type, Properties } of Object.values(slack.Resources))
      expect(problemsOf(db, Type, Properties)).toEqual([]);
    expect(slack.Parameters["SlackToken"]).toMatchObject({ NoEcho: true });
  });

  it("posts what the service sends, as JSON", () => {
    const { Properties } = slack.Resources["Rule"] ?? expect.fail();
    const [target] = Properties["Targets"] as [
      { InputTransformer: { InputPathsMap: Record<string, string>; InputTemplate: { "Fn::Sub": string } } },
    ];
    const { InputPathsMap, InputTemplate } = target.InputTransformer;
    const [message] = messagesOf(confirmedRecord());
    let body = InputTemplate["Fn::Sub"].replace(/\$\{Channel\}/, "C0123456789");
    for (const [name, path] of Object.entries(InputPathsMap)) {
      const value = message?.[path.replace("$.detail.", "") as keyof typeof message];
      body = body.replace(`<${name}>`, value ?? expect.fail(path));
    }
    expect(JSON.parse(body)).toEqual({
      channel: "C0123456789",
      text: "host1.dyn.example.com has the address 176.32.100.36 since 2027-01-15T08:00:00Z",
    });
  });
});

/** A stream record that confirms a new address. */
function confirmedRecord() {
  const times = { atSeconds: 1_800_000_000, minuteSeconds: 1_800_000_000 };
  const rest = { address: ADDRESS, was: null, target: "Z1/60", writer: randomUUID(), changes: 1 };
  const text = encodeState({ phase: "confirmed", ...rest, ...times });
  const NewImage = { a_state: { S: text } };
  return { dynamodb: { Keys: { hostname: { S: HOST } }, NewImage, SequenceNumber: "1" } };
}

describe("change events", () => {
  it("are there where somebody is told, and nowhere else", () => {
    const names = ["EventsRole", "EventsFunction", "EventsMapping", "UndeliveredQueue", "UndeliveredAlarm"];
    for (const name of names) expect(Resources[name]?.Condition).toBe("TellsChanges");
    expect(JSON.stringify(template.Conditions["HasStream"])).toContain("TellsChanges");
    expect(properties("Table")["StreamSpecification"]).toEqual({
      "Fn::If": ["HasStream", { StreamViewType: "NEW_AND_OLD_IMAGES" }, { Ref: "AWS::NoValue" }],
    });
  });

  it("go to the one target, and to a bus under our own name", () => {
    const all = statements("EventsRole");
    expect(all.get("TellTopic")).toMatchObject({ Action: "sns:Publish", Resource: { Ref: "ChangeTarget" } });
    expect(all.get("TellBus")).toMatchObject({
      Action: "events:PutEvents",
      Resource: { Ref: "ChangeTarget" },
      Condition: { StringEquals: { "events:source": "lambda-ddns", "events:detail-type": "published" } },
    });
    const everywhere = [...all.values()].filter(({ Resource }) => Resource === "*");
    expect(everywhere.map(({ Action }) => Action)).toEqual(["dynamodb:ListStreams"]);
    expect(
      [...all.values()].flatMap(({ Action }) => Action).filter((one) => one.startsWith("dynamodb:")),
    ).toEqual([
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
    ]);
  });

  it.each([
    ["https://ntfy.example.com:8443/sns?m={{.host}}", ""],
    ["arn:aws:sns:eu-west-1:123456789012:changes", "sns"],
    ["arn:aws:events:eu-west-1:123456789012:event-bus/changes", "events"],
  ])("takes %s for what it is", (target, service) => {
    // As the conditions have it: the third part of the target with two colons behind.
    expect(JSON.stringify(template.Conditions["TellsSns"])).toContain('"Fn::Select":[2,{"Fn::Split":[":"');
    const third = `${target}::`.split(":")[2];
    expect([third === "sns", third === "events"]).toEqual([service === "sns", service === "events"]);
    expect(typeof readTarget(target)).toBe("object");
    expect(target).toMatch(new RegExp(template.Parameters["ChangeTarget"]?.AllowedPattern ?? "^$"));
  });

  it("refuses a target that the function would refuse", () => {
    const allowed = new RegExp(template.Parameters["ChangeTarget"]?.AllowedPattern ?? "^");
    for (const target of ["http://example.com/", "arn:aws:sqs:eu-west-1:123456789012:q", "x"])
      expect(allowed.test(target)).toBe(false);
  });

  it("are read in order, tried five times within an hour, and then kept by number", () => {
    expect(properties("EventsMapping")).toMatchObject({
      BatchSize: 100,
      MaximumRetryAttempts: 4,
      MaximumRecordAgeInSeconds: 3600,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": "UndeliveredQueue.Arn" } } },
    });
    expect(properties("EventsMapping")).not.toHaveProperty("ParallelizationFactor");
    expect(Number(properties("EventsFunction")["Timeout"])).toBeGreaterThan(MOST_WAIT_SECONDS);
    expect(properties("EventsFunction")).toMatchObject({ Handler: "events.handler" });
  });

  it("pass the filter when an address is confirmed, and not when it is marked", () => {
    const { Filters } = properties("EventsMapping")["FilterCriteria"] as { Filters: { Pattern: string }[] };
    const state = {
      address: "1.1.1.1",
      was: null,
      target: "Z/60",
      atSeconds: 1,
      writer: "w",
      minuteSeconds: 1,
      changes: 1,
    };
    const texts = (["confirmed", "pending"] as const).map((phase) => encodeState({ phase, ...state }));
    const prefixes = Filters.map(({ Pattern }) => {
      const { NewImage } = (
        JSON.parse(Pattern) as { dynamodb: { NewImage: Record<string, { S: [{ prefix: string }] }> } }
      ).dynamodb;
      const [attribute = "", value] = Object.entries(NewImage)[0] ?? [];
      return [attribute, value?.S[0].prefix ?? ""] as const;
    });
    expect(prefixes.map(([attribute]) => attribute)).toEqual(["a_state", "aaaa_state"]);
    for (const [, prefix] of prefixes)
      expect(texts.map((one) => one.startsWith(prefix))).toEqual([true, false]);
  });
});

it("SECURITY.md lists each role's rights, all of them", () => {
  const security = readFileSync(new URL("../../SECURITY.md", import.meta.url), "utf8");
  const documented = new Map<string, string[]>();
  let role = "";
  for (const row of security.slice(security.indexOf("| role | may |")).split("\n").slice(2)) {
    const [, name = "", may] = row.split("|");
    if (may === undefined) break;
    role = /`(\w+)`/.exec(name)?.[1] ?? role;
    const rights = [...may.matchAll(/`([\w:]+)`/g)].map(([, right = ""]) => right);
    documented.set(role, [...(documented.get(role) ?? []), ...rights]);
  }
  const roles = Object.keys(Resources).filter((name) => Resources[name]?.Type === "AWS::IAM::Role");
  const granted = roles.map((name): [string, string[]] => {
    const actions = [...statements(name).values()].flatMap(({ Action }) => Action);
    return [name, actions.filter((action) => !action.startsWith("logs:")).sort()];
  });
  expect([...documented].map(([name, rights]) => [name, rights.sort()])).toEqual(granted);
});
