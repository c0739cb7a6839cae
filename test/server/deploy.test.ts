// `lambda-ddns-admin deploy`: each step, what is asked, and what goes wrong.
import { execFile } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { DEPLOYMENT_FILE } from "../../src/server/admin/deploy/deployment-file.ts";
import { ACCOUNT } from "./cloud-stand-in.ts";
import {
  account,
  BUCKET,
  DELETED,
  DEPLOY,
  deployed,
  FAILED,
  MADE,
  run,
  TABLE,
  UPDATED,
  useAccount,
} from "./deploy-account.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

useAccount();

describe("deploy", () => {
  it("makes everything, proves that it answers and says what is next", async () => {
    const { out, said, err, exit } = await run(DEPLOY);
    expect({ err, exit }).toEqual({ err: "", exit: 0 });
    expect(said.replace(/\/[0-9a-f]{16}\.zip/, "/DIGEST.zip")).toBe(
      [
        `account ${ACCOUNT}, region eu-west-1`,
        "zone dyn.example.com (Z1)",
        `bucket ${BUCKET}: made`,
        "code lambda-ddns/DIGEST.zip: uploaded",
        "stack lambda-ddns: 2 to add",
        "  (should this be cut off, AWS works on, and the same command goes on from there)",
        "   0:14  Role  made",
        `the service answers at ${account.serviceUrl} and sees 198.51.100.7`,
        "remembered in .lambda-ddns.json: no later command needs these options",
        "",
      ].join("\n"),
    );
    expect(out).toContain("npm run --silent admin -- add home.dyn.example.com");
    expect(account.cloud.stack?.parameters).toMatchObject({
      Domain: "dyn.example.com",
      HostedZoneId: "Z1",
      CodeBucket: BUCKET,
    });
    expect(JSON.parse(readFileSync(join(account.folder, DEPLOYMENT_FILE), "utf8"))).toEqual({
      stack: "lambda-ddns",
      region: "eu-west-1",
      domain: "dyn.example.com",
      zone: "Z1",
      url: account.serviceUrl,
      table: TABLE,
      log_group: "log-1",
    });
  });

  it("prints the first router's section, once", async () => {
    const first = await run([...DEPLOY, "--host", "home"]);
    expect(first.out).toContain("list hostname 'home.dyn.example.com'\n");
    expect(first.out).toContain(`option url '${account.serviceUrl}'`);
    account.cloud.changes = [];
    const second = await run(["deploy", "--host", "home"]);
    expect(second.exit).toBe(0);
    expect(second.out).toContain("home.dyn.example.com is there already");
  });

  it("needs no option the second time, and changes nothing where nothing changed", async () => {
    await deployed();
    account.cloud.changes = [];
    const { said, exit } = await run(["deploy"]);
    expect(exit).toBe(0);
    expect(said).toContain(`bucket ${BUCKET}: there\n`);
    expect(said).toContain("stack lambda-ddns: no changes\n");
    expect(account.cloud.requests).not.toContain("ExecuteChangeSet");
    // A change set that failed is not left behind.
    expect(account.cloud.requests).toContain("DeleteChangeSet");
  });

  it("makes a zone where it is told to, and says what delegates it", async () => {
    const args = ["deploy", "--domain", "dyn.example.net", "--create-zone"];
    const { said, exit, err } = await run(args);
    expect({ err, exit }).toEqual({ err: "", exit: 0 });
    expect(said).toContain("zone dyn.example.net (ZNEW1)\n");
    expect(said).toContain(
      "The zone is new. Where example.net is kept, add these records, which delegate its names:\n  dyn.example.net. NS localhost.\n",
    );
    account.cloud.changes = [];
    // Once it is there, it is found.
    expect((await run(args)).said).not.toContain("The zone is new");
    const remade = account.zones.requests.filter((one) => one === "POST /2013-04-01/hostedzone");
    expect(remade).toHaveLength(1);
  });

  it("finds the zone that the domain lies in", async () => {
    const { said, exit } = await run(["deploy", "--domain", "a.b.dyn.example.com"]);
    expect(exit).toBe(0);
    expect(said).toContain("zone dyn.example.com (Z1)\n");
  });

  it("reads a zone of another account by its role, and remembers that", async () => {
    const arn = "arn:aws:iam::999999999999:role/zone";
    const role = ["--parameter", `ZoneRoleArn=${arn}`, "--parameter", "ZoneRoleExternalId=a-word"];
    expect((await run([...DEPLOY, ...role])).err).toContain("named by its id: --zone Z…");
    expect((await run([...DEPLOY, ...role.slice(0, 2), "--zone", "Z1"])).err).toContain(
      "zone_role_external_id",
    );
    expect(await run([...DEPLOY, ...role, "--zone", "Z1"])).toMatchObject({ err: "", exit: 0 });
    const asked = () => account.cloud.asked.get("AssumeRole");
    expect(asked()?.get("RoleArn")).toBe(arn);
    expect(asked()?.get("ExternalId")).toBe("a-word");
    for (const later of [["deploy"], ["add", "home.dyn.example.com", "--zone", "Z1"]]) {
      account.cloud.asked.clear();
      account.cloud.changes = [];
      expect(await run(later)).toMatchObject({ err: "", exit: 0 });
      expect(asked()?.get("RoleArn")).toBe(arn);
    }
  });

  it("keeps the parameters that nobody gives, and takes those that are given", async () => {
    await run([...DEPLOY, "--parameter", "Queue=on", "--parameter", "HistoryLength=0"]);
    account.cloud.changes = ["Modify Function AWS::Lambda::Function False"];
    account.cloud.scripts = [UPDATED];
    const { said, exit } = await run([
      "deploy",
      "--email",
      "ann@example.com",
      "--parameter",
      "HistoryLength=4",
    ]);
    expect(exit).toBe(0);
    expect(said).toContain("stack lambda-ddns: 1 to modify\n");
    expect(account.cloud.stack?.parameters).toMatchObject({
      Queue: "on",
      HistoryLength: "4",
      AlarmEmail: "ann@example.com",
    });
  });

  it.each([
    ["Modify Table AWS::DynamoDB::Table True", "  Replace  Table (AWS::DynamoDB::Table)\n"],
    ["Modify Table AWS::DynamoDB::Table Conditional", "  Replace  Table (AWS::DynamoDB::Table)\n"],
    ["Remove WatchRole AWS::IAM::Role", "  Remove  WatchRole (AWS::IAM::Role)\n"],
  ])("asks before %s", async (change, shown) => {
    await deployed();
    account.cloud.changes = [change];
    account.cloud.scripts = [UPDATED];
    const no = await run(["deploy"], ["n"]);
    expect(no).toMatchObject({ exit: 1, err: "lambda-ddns-admin: Nothing was changed.\n" });
    expect(no.said).toContain(shown);
    const nobody = await run(["deploy"]);
    expect(nobody.err).toContain("run it again with --yes");
    expect(account.cloud.requests).not.toContain("ExecuteChangeSet");
    expect(account.cloud.requests.filter((one) => one === "DeleteChangeSet")).toHaveLength(2);
    expect(await run(["deploy"], ["y"])).toMatchObject({ exit: 0, questions: ["Do that? [y/N] "] });
    account.cloud.scripts = [UPDATED];
    expect(await run(["deploy", "--yes"])).toMatchObject({ exit: 0, questions: [] });
  });

  it("names the first resource that failed, and takes up from there", async () => {
    account.cloud.scripts = [FAILED];
    const { err, exit, said } = await run(DEPLOY);
    expect(exit).toBe(1);
    expect(said).toContain("  Role  FAILED: User is not authorized");
    expect(err).toContain(
      "since Role (AWS::IAM::Role) failed: User is not authorized to perform: iam:CreateRole",
    );
    expect(err).toContain("Your credentials lack that right");
    expect(existsSync(join(account.folder, DEPLOYMENT_FILE))).toBe(false);
    // What failed at first can only be deleted.
    expect((await run(DEPLOY)).err).toContain("is in ROLLBACK_COMPLETE, and can only be deleted");
    expect(account.cloud.requests).not.toContain("DeleteStack");
    account.cloud.scripts = [DELETED, MADE];
    expect(await run(DEPLOY, ["y"])).toMatchObject({ err: "", exit: 0 });
    expect(account.cloud.requests).toContain("DeleteStack");
  });

  it("joins what is under way", async () => {
    await deployed();
    if (account.cloud.stack)
      Object.assign(account.cloud.stack, { status: "UPDATE_IN_PROGRESS", script: UPDATED });
    account.cloud.changes = [];
    const { said, exit } = await run(["deploy"]);
    expect(exit).toBe(0);
    expect(said).toContain("stack lambda-ddns: UPDATE_IN_PROGRESS, waiting for it\n");
    expect(said).toContain("Function  changed\n");
    expect(said).toContain("no changes");
  });

  it.each<[string, () => void, readonly string[], RegExp]>([
    [
      "no zone",
      () => {},
      ["--domain", "dyn.example.net"],
      /no public hosted zone for dyn\.example\.net .*--create-zone/,
    ],
    [
      "another zone",
      () => {},
      ["--domain", "a.example.net", "--zone", "Z1"],
      /a\.example\.net is not in the zone dyn\.example\.com/,
    ],
    ["no such zone", () => {}, ["--domain", "dyn.example.com", "--zone", "Z9"], /no hosted zone Z9/],
    [
      "a bucket of somebody else",
      () => account.cloud.buckets.set(BUCKET, "999999999999"),
      DEPLOY.slice(1),
      /bucket lambda-ddns-123456789012-eu-west-1 belongs to another account/,
    ],
    [
      "a stack of something else",
      () => {
        account.cloud.stack = {
          status: "CREATE_COMPLETE",
          parameters: { Stage: "x" },
          outputs: {},
          events: [],
          script: [],
        };
      },
      DEPLOY.slice(1),
      /stack lambda-ddns is not of this project; choose another name with --stack/,
    ],
    [
      "a stack that is stuck",
      () => {
        const parameters = { CodeKey: "x", Domain: "x" };
        account.cloud.stack = {
          status: "UPDATE_ROLLBACK_FAILED",
          parameters,
          outputs: {},
          events: [],
          script: [],
        };
      },
      DEPLOY.slice(1),
      /continue-update-rollback --stack-name lambda-ddns/,
    ],
    [
      "a parameter that is none",
      () => {},
      [...DEPLOY.slice(1), "--parameter", "Quue=on"],
      /no parameter Quue; it has Domain, /,
    ],
    ["no domain", () => {}, [], /needs --domain/],
    [
      "a host elsewhere",
      () => {},
      [...DEPLOY.slice(1), "--host", "a.example.com"],
      /a\.example\.com is not under dyn/,
    ],
    [
      "a host that is no name",
      () => {},
      [...DEPLOY.slice(1), "--host", "a b"],
      /The host name a b\.dyn\.example\.com /,
    ],
  ])("refuses %s", async (_, prepare, args, sentence) => {
    prepare();
    const { err, exit } = await run(["deploy", ...args]);
    expect(exit).toBe(1);
    expect(err).toMatch(sentence);
    expect(account.cloud.requests).not.toContain("ExecuteChangeSet");
  });

  it("says so when the URL does not answer, and remembers the deployment all the same", async () => {
    account.cloud.outputs = { ...account.cloud.outputs, FunctionUrl: "http://127.0.0.1:1/" };
    const { err, exit } = await run(DEPLOY);
    expect(exit).toBe(1);
    expect(err).toMatch(
      /The stack stands, and http:\/\/127\.0\.0\.1:1\/ does not answer as it should: .*Run deploy again/,
    );
    expect(existsSync(join(account.folder, DEPLOYMENT_FILE))).toBe(true);
  });

  it("is what aws/README.md says to type, with make", async () => {
    const line =
      /^make deploy DOMAIN=.*$/m.exec(readFileSync(join(ROOT, "aws/README.md"), "utf8"))?.[0] ?? "";
    // A folder that stands for a clone: what is remembered must not end up in this one.
    for (const name of [
      "Makefile",
      "package.json",
      "package-lock.json",
      "node_modules",
      "src",
      "build",
      "aws",
      "dist",
    ])
      symlinkSync(join(ROOT, name), join(account.folder, name));
    const { stdout } = await promisify(execFile)("sh", ["-c", line], { cwd: account.folder });
    expect(stdout).toContain("   0:14  Role  made\n");
    expect(stdout).toContain(
      "Paste this into the router's /etc/config/lambda-ddns:\n\nconfig service 'home_dyn_example_com'\n",
    );
    expect(account.cloud.stack?.parameters).toMatchObject({ AlarmEmail: "you@example.com" });
    expect(existsSync(join(account.folder, DEPLOYMENT_FILE))).toBe(true);
  }, 60_000);
});
