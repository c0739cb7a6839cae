// A zone in another account: the role's template, the settings, and the real SDK against STS and Route 53 over HTTP.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { Route53Client } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { admin } from "../../src/server/admin/main.ts";
import { route53Zone } from "../../src/server/aws/route53.ts";
import { zoneRoleCredentials } from "../../src/server/aws/zone-role.ts";
import { readZoneRole } from "../../src/server/settings.ts";
import { type StandIn, startRoute53 } from "./route53-stand-in.ts";
import { problemsOf, TEMPLATE_TAGS } from "./template-spec.ts";

const ROLE = { arn: "arn:aws:iam::210987654321:role/zone", externalId: "home-1" };
const CHANGE = {
  zoneId: "Z1",
  name: "host1.dyn.example.com",
  type: "A",
  address: "176.32.100.36",
  ttlSeconds: 60,
} as const;

let aws: StandIn;
let asked: URLSearchParams[] = [];
let lifeSeconds = 3600;
let refuses = false;
const sts = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  asked.push(new URLSearchParams(body));
  const ends = new Date(Date.now() + lifeSeconds * 1000).toISOString();
  const keys = `<AccessKeyId>ASIA${asked.length}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${ends}</Expiration>`;
  const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
  response.writeHead(refuses ? 403 : 200, { "content-type": "text/xml" });
  response.end(
    refuses
      ? `<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error><RequestId>r</RequestId></ErrorResponse>`
      : `<AssumeRoleResponse ${namespace}><AssumeRoleResult><Credentials>${keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  );
});

beforeAll(async () => {
  aws = await startRoute53({ Z1: "dyn.example.com." });
  await new Promise<void>((done) => sts.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  await aws.close();
  sts.close();
  sts.closeAllConnections();
});
beforeEach(() => {
  asked = [];
  lifeSeconds = 3600;
  refuses = false;
  aws.records.clear();
  aws.requests.length = 0;
});

function zone() {
  const credentials = zoneRoleCredentials(ROLE, {
    endpoint: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return route53Zone(
    new Route53Client({ endpoint: aws.url, region: "us-east-1", credentials, maxAttempts: 1 }),
  );
}

describe("a zone in another account", () => {
  it("is written by the role, assumed once with its external id", async () => {
    const there = zone();
    expect(await there.upsert(CHANGE)).toEqual({ kind: "done" });
    expect(await there.upsert(CHANGE)).toEqual({ kind: "done" });
    expect(aws.requests).toHaveLength(2);
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: "AssumeRole",
      RoleArn: ROLE.arn,
      ExternalId: ROLE.externalId,
    });
  });

  it("gets new credentials less than 5 minutes before the old ones expire", async () => {
    lifeSeconds = 290;
    const there = zone();
    for (let i = 0; i < 2; i++) {
      expect(await there.upsert(CHANGE)).toEqual({ kind: "done" });
      // A renewal may go on in the background.
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(asked.length).toBeGreaterThan(1);
  });

  it("fails with the role's name where STS refuses, and blames no host of a batch", async () => {
    refuses = true;
    const failed = { kind: "failed", detail: expect.stringContaining(ROLE.arn) };
    expect(await zone().upsert(CHANGE)).toMatchObject(failed);
    expect(await zone().upsertAll("Z1", [CHANGE, CHANGE])).toMatchObject(failed);
    expect(aws.requests).toEqual([]);
  });
});

it.each([
  [{}, null],
  [{ zone_role_arn: ROLE.arn, zone_role_external_id: "home-1" }, ROLE],
  [{ zone_role_arn: ROLE.arn }, expect.stringContaining("zone_role_external_id is not")],
  [{ zone_role_external_id: "home-1" }, expect.stringContaining("zone_role_arn is not set")],
  [
    { zone_role_arn: "zone", zone_role_external_id: "home-1" },
    expect.stringContaining("zone_role_arn is not"),
  ],
])("reads the role of %j", (env, expected) => expect(readZoneRole(env)).toEqual(expected));

it("refuses half a role in the admin program, by name", async () => {
  const { err, exit } = await admin(["list"], { zone_role_arn: ROLE.arn });
  expect([exit, err]).toEqual([1, expect.stringContaining("zone_role_external_id is not")]);
});

describe("aws/zone-role.yaml", () => {
  const read = (name: string) =>
    parse(readFileSync(new URL(`../../aws/${name}`, import.meta.url), "utf8"), { customTags: TEMPLATE_TAGS });
  const role = read("zone-role.yaml").Resources.ZoneRole.Properties;

  it("gives what the service's own role has, to its functions with the external id alone", () => {
    const own = read("template.yaml").Resources.Role.Properties.Policies[0].PolicyDocument.Statement;
    const sid = "WriteAddressesUnderTheDomain";
    expect(role.Policies[0].PolicyDocument.Statement).toEqual([
      own.find(({ Sid }: { Sid?: string }) => Sid === sid),
      expect.objectContaining({ Action: ["route53:GetHostedZone", "route53:ListResourceRecordSets"] }),
    ]);
    const [trust] = role.AssumeRolePolicyDocument.Statement;
    expect(trust.Condition.StringEquals).toEqual({ "sts:ExternalId": { Ref: "ExternalId" } });
    expect(trust.Condition.ArnLike["aws:PrincipalArn"]).toHaveLength(3);
  });

  it("takes the parameters that the README passes, and needs no other", () => {
    const text = readFileSync(new URL("../../aws/README.md", import.meta.url), "utf8");
    const [, words = ""] = /zone-role\.yaml --cap.*\n\s+--parameter-overrides (.*)/.exec(text) ?? [];
    const passed = words.split(" ").map((word) => word.split("=")[0]);
    const parameters: Record<string, { Default?: string }> = read("zone-role.yaml").Parameters;
    const needed = Object.keys(parameters).filter((name) => parameters[name]?.Default === undefined);
    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(passed));
    expect(passed).toEqual(expect.arrayContaining(needed));
  });

  it("has only properties that AWS knows", () => {
    expect(problemsOf(loadAwsServiceSpecSync(), "AWS::IAM::Role", role)).toEqual([]);
  });
});
