// The deployment template against AWS's own resource specification, and against what keeps the service safe.
import { readFileSync } from "node:fs";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { LEASE_SECONDS } from "../../src/server/decide.ts";
import { logLine } from "../../src/server/log.ts";
import { START_WITHIN_SECONDS } from "../../src/server/publish.ts";
import { readSettings } from "../../src/server/settings.ts";
import { QUEUED_PREFIX } from "../../src/server/state.ts";
import { problemsOf, type SpecDatabase, TEMPLATE_TAGS } from "./template-spec.ts";

type Json = Record<string, unknown>;
interface Resource {
  Type: string;
  Condition?: string;
  Properties: Json;
}
interface Template {
  Parameters: Record<string, Json & { AllowedPattern?: string }>;
  Conditions: Json;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
}

const text = readFileSync(new URL("../../aws/template.yaml", import.meta.url), "utf8");
const template = parse(text, { customTags: TEMPLATE_TAGS }) as Template;
const { Resources } = template;
const db: SpecDatabase = loadAwsServiceSpecSync();

function properties(name: string): Json {
  return Resources[name]?.Properties ?? expect.fail(`no resource ${name}`);
}

/** Every value in `tree` under the key `key`. */
function valuesOf(tree: unknown, key: string): unknown[] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ]);
}

describe("aws/template.yaml and AWS's specification", () => {
  it.each(Object.entries(Resources))(
    "%s has the properties that its type has, and those that it needs",
    (_name, resource) => {
      expect(problemsOf(db, resource.Type, resource.Properties)).toEqual([]);
    },
  );

  it("would notice a property that does not exist, one that is missing, and a value that is not allowed", () => {
    const url = properties("Url");
    expect(problemsOf(db, "AWS::Lambda::Url", { ...url, Auth: 1 })).toEqual(["Auth is not a property"]);
    expect(problemsOf(db, "AWS::Lambda::Url", { ...url, AuthType: "SOME" })).toEqual([
      "AuthType may not be SOME",
    ]);
    expect(problemsOf(db, "AWS::Lambda::Url", { AuthType: "NONE" })).toEqual([
      "TargetFunctionArn is missing",
    ]);
    const logging = { ...properties("Function"), LoggingConfig: { Format: "Text" } };
    expect(problemsOf(db, "AWS::Lambda::Function", logging)).toEqual([
      "LoggingConfig.Format is not a property",
    ]);
  });

  it("refers only to what there is", () => {
    const known = [...Object.keys(template.Parameters), ...Object.keys(Resources), "AWS::NoValue"];
    const pseudo = ["AWS::Partition", "AWS::Region", "AWS::AccountId"];
    for (const name of valuesOf(template, "Ref")) expect([...known, ...pseudo]).toContain(name);
    for (const sub of valuesOf(template, "Fn::Sub")) {
      for (const [, name] of String(sub).matchAll(/\$\{([^}]+)\}/g))
        expect([...known, ...pseudo]).toContain(name);
    }
    for (const path of valuesOf(template, "Fn::GetAtt")) {
      const [name = "", attribute = ""] = String(path).split(".");
      const type = Resources[name]?.Type ?? expect.fail(String(path));
      const [resource] = db.lookup("resource", "cloudFormationType", "equals", type);
      expect(Object.keys({ ...resource?.attributes, ...resource?.properties })).toContain(attribute);
    }
    for (const branches of valuesOf(template, "Fn::If")) {
      expect(Object.keys(template.Conditions)).toContain((branches as unknown[])[0]);
    }
  });
});

describe("what the template promises", () => {
  it("lets everybody call the URL, and the function through the URL alone", () => {
    const permissions = Object.values(Resources).filter(({ Type }) => Type === "AWS::Lambda::Permission");
    expect(permissions.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        Action: "lambda:InvokeFunctionUrl",
        Principal: "*",
        FunctionUrlAuthType: "NONE",
      }),
      expect.objectContaining({
        Action: "lambda:InvokeFunction",
        Principal: "*",
        InvokedViaFunctionUrl: true,
      }),
    ]);
    expect(properties("Url")).toMatchObject({ AuthType: "NONE" });
  });

  it("gives the role one table, one zone and one log, and no action that nothing needs", () => {
    const [policy] = properties("Role")["Policies"] as [{ PolicyDocument: { Statement: Json[] } }];
    const [table, zone, zoneRole, log] = policy.PolicyDocument.Statement;
    expect(policy.PolicyDocument.Statement).toHaveLength(4);
    const assume = { Action: "sts:AssumeRole", Resource: { Ref: "ZoneRoleArn" } };
    expect(zoneRole).toMatchObject({
      "Fn::If": ["HasZoneRole", expect.objectContaining(assume), { Ref: "AWS::NoValue" }],
    });
    expect(valuesOf(properties("Role"), "Resource").map((one) => JSON.stringify(one))).not.toContain('"*"');
    expect(properties("Role")).not.toHaveProperty("ManagedPolicyArns");
    expect(table).toMatchObject({ Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"] });
    expect(log).toMatchObject({ Action: ["logs:CreateLogStream", "logs:PutLogEvents"] });
    expect(zone).toMatchObject({
      Action: "route53:ChangeResourceRecordSets",
      Resource: { "Fn::Sub": expect.stringMatching(/:hostedzone\/\$\{HostedZoneId\}$/) },
      Condition: {
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA"],
          "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
        },
        "ForAllValues:StringLike": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": {
            "Fn::Sub": expect.stringMatching(/^\*\.\$\{Domain\}$/),
          },
        },
      },
    });
  });

  it("does not take an empty set of keys for permission", () => {
    const [conditions] = valuesOf(properties("Role"), "Condition") as [Record<string, Json>];
    const tested = Object.entries(conditions)
      .filter(([operator]) => operator.startsWith("ForAllValues"))
      .flatMap(([, keys]) => Object.keys(keys));
    expect(Object.entries(conditions["Null"] ?? {}).sort()).toEqual(
      tested.map((key) => [key, "false"]).sort(),
    );
  });

  it("writes names under the domain as IAM sees them, wildcard too, and no others", () => {
    const [pattern] = valuesOf(
      properties("Role"),
      "route53:ChangeResourceRecordSetsNormalizedRecordNames",
    ) as [Json];
    const like = String(pattern["Fn::Sub"]).replace(/\$\{Domain\}/, "dyn.example.com");
    const matches = (name: string) =>
      new RegExp(`^${like.replaceAll(".", "\\.").replace("*", ".*")}$`).test(name);
    expect(["host1.dyn.example.com", "\\052.dyn.example.com", "a.b.dyn.example.com"].every(matches)).toBe(
      true,
    );
    expect(
      ["dyn.example.com", "example.com", "evildyn.example.com", "dyn.example.com.evil.org"].some(matches),
    ).toBe(false);
    const allowed = new RegExp(template.Parameters["Domain"]?.AllowedPattern ?? "^$");
    expect(["dyn.example.com", "example.co.uk"].every((name) => allowed.test(name))).toBe(true);
    expect(
      ["Dyn.example.com", "dyn.example.com.", "*.example.com", "com", ""].some((name) => allowed.test(name)),
    ).toBe(false);
  });

  it("runs what make lambda builds, within the lease of a mark", () => {
    expect(properties("Function")).toMatchObject({
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Architectures: ["arm64"],
      Timeout: 15,
    });
    expect(properties("Function")["ReservedConcurrentExecutions"]).toEqual({
      "Fn::If": ["Reserves", { Ref: "ReservedConcurrency" }, { Ref: "AWS::NoValue" }],
    });
    expect(template.Parameters["ReservedConcurrency"]).toMatchObject({ Default: -1 });
  });

  it("sets exactly the environment that the function reads, with its defaults", () => {
    const { Variables } = properties("Function")["Environment"] as { Variables: Json };
    expect(Object.keys(Variables)).toEqual([
      "ddns_config_table",
      "refresh_seconds",
      "changes_per_minute",
      "history_length",
      "queue",
      "zone_role_arn",
      "zone_role_external_id",
    ]);
    expect(template.Parameters["Queue"]).toMatchObject({ Default: "off", AllowedValues: ["on", "off"] });
    const defaults = { refreshSeconds: "RefreshSeconds", changesPerMinute: "ChangesPerMinute" };
    const limits = Object.fromEntries(
      Object.entries(defaults).map(([key, name]) => [key, template.Parameters[name]?.["Default"]]),
    );
    const historyLength = template.Parameters["HistoryLength"]?.["Default"];
    expect(readSettings({ ddns_config_table: "t" })).toEqual({
      table: "t",
      limits,
      historyLength,
      hasQueue: false,
      zoneRole: null,
    });
  });

  it("takes a history of no addresses, and names a length that is none", () => {
    expect(readSettings({ ddns_config_table: "t", history_length: "0" })).toMatchObject({ historyLength: 0 });
    for (const history_length of ["-1", "x", "101", "1.5"])
      expect(readSettings({ ddns_config_table: "t", history_length })).toContain("history_length");
  });

  it("switches the queue on by one word, and names another", () => {
    expect(readSettings({ ddns_config_table: "t", queue: "on" })).toMatchObject({ hasQueue: true });
    expect(readSettings({ ddns_config_table: "t", queue: "yes" })).toBe('queue is neither "on" nor "off"');
  });

  it("gives the drainer what is queued, again and again, and the time that it needs", () => {
    expect(properties("DrainMapping")).toMatchObject({
      BatchSize: 100,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 21_600,
    });
    expect(properties("DrainMapping")).not.toHaveProperty("MaximumRetryAttempts");
    const { Filters } = properties("DrainMapping")["FilterCriteria"] as { Filters: { Pattern: string }[] };
    const prefixes = Filters.map(({ Pattern }) => {
      const [[, { S }]] = Object.entries(JSON.parse(Pattern).dynamodb.NewImage) as [
        [string, { S: { prefix: string }[] }],
      ];
      return S[0]?.prefix;
    });
    expect(prefixes).toEqual([QUEUED_PREFIX, QUEUED_PREFIX]);
    expect(properties("DrainFunction")["Timeout"]).toBeGreaterThan(START_WITHIN_SECONDS + 5 + LEASE_SECONDS);
    const statements = (name: string) =>
      (
        properties(name)["Policies"] as {
          PolicyDocument: { Statement: { Sid: string; Condition?: Json }[] };
        }[]
      )[0]?.PolicyDocument.Statement ?? [];
    const rule = (name: string) => statements(name).find(({ Sid }) => Sid === "WriteAddressesUnderTheDomain");
    expect(rule("DrainRole")).toEqual(rule("Role"));
    for (const name of ["DrainRole", "DrainFunction", "DrainMapping", "DrainAlarm"])
      expect(Resources[name]).toMatchObject({ Condition: "HasQueue" });
  });

  it("keeps the table: on demand, recoverable, retained, keyed by hostname", () => {
    expect(properties("Table")).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "hostname", KeyType: "HASH" }],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(Resources["Table"]).toMatchObject({
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
    });
  });

  it("logs the function's own lines, and of Lambda's only those on trouble", () => {
    expect(properties("Function")["LoggingConfig"]).toEqual({
      LogGroup: { Ref: "LogGroup" },
      LogFormat: "JSON",
      ApplicationLogLevel: "INFO",
      SystemLogLevel: "WARN",
    });
  });

  it("bounds the log and sounds alarms on failures, errors and throttles", () => {
    expect(properties("LogGroup")).toEqual({ RetentionInDays: { Ref: "LogRetentionDays" } });
    const alarms = Object.values(Resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
    expect(alarms.map(({ Properties }) => Properties["MetricName"])).toEqual([
      "Failures",
      "Errors",
      "Throttles",
      "Errors",
      "ApproximateNumberOfMessagesVisible",
      "IteratorAge",
    ]);
    // The line of a failure, as the function writes it, is what the metric counts.
    const failure = {
      requestId: "id",
      mode: "set",
      status: 500,
      verdict: "bug",
      durationMs: 1,
      route53Calls: 0,
      dynamodbCalls: 0,
    };
    expect(logLine(failure, 0)).toContain('"level":"error"');
    expect(properties("FailuresMetric")).toMatchObject({
      LogGroupName: { Ref: "LogGroup" },
      FilterPattern: '{ $.level = "error" }',
      MetricTransformations: [{ MetricName: "Failures" }],
    });
    expect(properties("FailuresAlarm")["Namespace"]).toEqual({
      "Fn::Sub": expect.stringMatching(/^LambdaDdns\/.+Function/),
    });
  });
});
