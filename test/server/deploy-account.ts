// An AWS account for deploy and destroy: stand-ins of CloudFormation, S3, STS and Route 53, a DynamoDB of dynalite, and a URL that
// answers. The program runs through the real SDK; time is virtual.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { parse } from "yaml";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import { admin } from "../../src/server/admin/main.ts";
import { hideNodeWarning } from "../../src/server/aws/sdk.ts";
import { ACCOUNT, type CloudStandIn, STACK_TYPE, type Step, startCloud } from "./cloud-stand-in.ts";
import { type StandIn, startRoute53 } from "./route53-stand-in.ts";
import { TEMPLATE_TAGS } from "./template-spec.ts";

const TEMPLATE = readFileSync(new URL("../../aws/template.yaml", import.meta.url), "utf8");
const PARAMETERS = Object.keys(parse(TEMPLATE, { customTags: TEMPLATE_TAGS }).Parameters);
export const BUCKET = `lambda-ddns-${ACCOUNT}-eu-west-1`;
export const TABLE = "lambda-ddns-Table-1";

export const MADE: Step[] = [
  ["lambda-ddns", STACK_TYPE, "CREATE_IN_PROGRESS", "User Initiated"],
  ["Role", "AWS::IAM::Role", "CREATE_IN_PROGRESS"],
  ["Role", "AWS::IAM::Role", "CREATE_COMPLETE"],
  ["lambda-ddns", STACK_TYPE, "CREATE_COMPLETE"],
];
export const FAILED: Step[] = [
  ["lambda-ddns", STACK_TYPE, "CREATE_IN_PROGRESS", "User Initiated"],
  ["Role", "AWS::IAM::Role", "CREATE_FAILED", "User is not authorized to perform: iam:CreateRole"],
  ["lambda-ddns", STACK_TYPE, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Role]."],
  ["lambda-ddns", STACK_TYPE, "ROLLBACK_COMPLETE"],
];
export const UPDATED: Step[] = [
  ["lambda-ddns", STACK_TYPE, "UPDATE_IN_PROGRESS", "User Initiated"],
  ["Function", "AWS::Lambda::Function", "UPDATE_COMPLETE"],
  ["lambda-ddns", STACK_TYPE, "UPDATE_COMPLETE"],
];
export const DELETED: Step[] = [
  ["lambda-ddns", STACK_TYPE, "DELETE_IN_PROGRESS", "User Initiated"],
  ["Table", "AWS::DynamoDB::Table", "DELETE_SKIPPED"],
  ["lambda-ddns", STACK_TYPE, "DELETE_COMPLETE"],
];

/** The account of the test that runs. */
export const account = {} as {
  cloud: CloudStandIn;
  zones: StandIn;
  tables: ReturnType<typeof dynalite>;
  /** Of a service that answers. */
  serviceUrl: string;
  /** Where the deployment is remembered. */
  folder: string;
};

/** Gives each test of a file an account of its own. */
export function useAccount(): void {
  hideNodeWarning();
  const service = createServer((_request, response) => response.end(encodeAnswer("success", "198.51.100.7")));
  beforeAll(async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    await promisify(execFile)(process.execPath, ["--import", "tsx", "build/lambda.ts"], { cwd: root });
    await new Promise<void>((done) => service.listen(0, "127.0.0.1", done));
    account.serviceUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    service.close();
  });
  beforeEach(openAccount);
  afterEach(closeAccount);
}

async function openAccount() {
  const cloud = await startCloud(PARAMETERS);
  const zones = await startRoute53({ Z1: "dyn.example.com." });
  const tables = dynalite({ createTableMs: 0 });
  await new Promise<void>((done) => tables.listen(0, "127.0.0.1", () => done()));
  Object.assign(account, { cloud, zones, tables, folder: mkdtempSync(join(tmpdir(), "deploy-")) });
  const env = {
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ENDPOINT_URL_ROUTE_53: zones.url,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(tables.address() as AddressInfo).port}`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_MAX_ATTEMPTS: "1",
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const client = new DynamoDBClient({});
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "hostname", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "hostname", KeyType: "HASH" }],
    }),
  );
  client.destroy();
  cloud.changes = ["Add Role AWS::IAM::Role", "Add Table AWS::DynamoDB::Table"];
  cloud.scripts = [MADE];
  cloud.outputs = { FunctionUrl: account.serviceUrl, TableName: TABLE, LogGroupName: "log-1" };
}

async function closeAccount() {
  vi.unstubAllEnvs();
  await Promise.all([account.cloud.close(), account.zones.close()]);
  account.tables.close();
  rmSync(account.folder, { recursive: true });
}

/** Runs the program with a person who gives these answers, or with nobody. */
export async function run(args: readonly string[], answers: string[] | null = null) {
  const said: string[] = [];
  const questions: string[] = [];
  let nowMs = Date.UTC(2026, 10, 1, 12);
  const { out, err, exit } = await admin(args, process.env, {
    print: (text) => said.push(text) > 0,
    ask: async (question) => {
      questions.push(question);
      return answers?.shift() ?? null;
    },
    folder: account.folder,
    clock: {
      now: () => nowMs,
      sleep: async (milliseconds) => {
        nowMs += milliseconds;
      },
    },
  });
  return { out, err, exit, said: said.join(""), questions };
}

export const DEPLOY = ["deploy", "--domain", "dyn.example.com"];

/** A service that was deployed before. */
export async function deployed() {
  const first = await run(DEPLOY);
  expect(first).toMatchObject({ err: "", exit: 0 });
  account.cloud.requests.length = 0;
}
