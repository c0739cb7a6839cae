// What deploy remembers, for every other command, and `lambda-ddns-admin destroy`.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { DEPLOYMENT_FILE } from "../../src/server/admin/deploy/deployment-file.ts";
import { account, BUCKET, DELETED, deployed, run, TABLE, useAccount } from "./deploy-account.ts";

useAccount();

describe("what was remembered", () => {
  it("serves the other commands, without an option or a variable", async () => {
    await deployed();
    vi.stubEnv("AWS_REGION", "");
    const added = await run(["add", "home.dyn.example.com"]);
    expect(added).toMatchObject({ err: "", exit: 0 });
    expect(added.out).toContain(`option url '${account.serviceUrl}'`);
    expect((await run(["list"])).out).toContain("home.dyn.example.com");
  });
  it("does not stand for another table", async () => {
    await deployed();
    const { err } = await run(["add", "home.dyn.example.com", "--table", "other"]);
    expect(err).toBe("lambda-ddns-admin: add needs --zone, the hosted zone's id or name.\n");
  });
  it.each([
    ["{", "has no stack"],
    ['{"stack":"s","region":7}', "has no region"],
  ])("is named where it cannot be used: %s", async (text, words) => {
    writeFileSync(join(account.folder, DEPLOYMENT_FILE), text);
    const { err, exit } = await run(["list"]);
    expect(exit).toBe(1);
    expect(err).toContain(`${DEPLOYMENT_FILE} ${words}`);
  });
});

describe("destroy", () => {
  beforeEach(async () => {
    await deployed();
    await run(["add", "home.dyn.example.com"]);
    account.cloud.scripts = [DELETED];
  });

  it("asks for the stack's name, keeps the table, and says what stays", async () => {
    const { said, questions, exit, err } = await run(["destroy"], ["lambda-ddns"]);
    expect({ err, exit, questions }).toEqual({
      err: "",
      exit: 0,
      questions: ["Type lambda-ddns to delete this stack: "],
    });
    expect(said).toContain(
      `The table ${TABLE} stays, with the hosts' secrets.\nNo DNS record was written.\n`,
    );
    expect(said).toContain("  Table  kept\n");
    expect(said).toContain(`bucket ${BUCKET}: deleted\n`);
    expect(said).toContain(`--parameter ExistingTable=${TABLE}\n`);
    expect(account.cloud.objects.size).toBe(0);
    expect(existsSync(join(account.folder, DEPLOYMENT_FILE))).toBe(false);
    expect((await run(["list", "--table", TABLE])).out).toContain("home.dyn.example.com");
  });

  it("deletes the table only where it is told to", async () => {
    const { said, exit } = await run(["destroy", "--with-table", "--yes"]);
    expect(exit).toBe(0);
    expect(said).toContain("is deleted too, and every host's secret with it");
    expect((await run(["list", "--table", TABLE])).err).toContain(`There is no table ${TABLE}`);
  });

  it("leaves what else is in the bucket", async () => {
    account.cloud.objects.set(`${BUCKET}/other.txt`, 1);
    const { said } = await run(["destroy", "--yes"]);
    expect(said).toContain(`bucket ${BUCKET}: kept, since there is more in it\n`);
    expect([...account.cloud.objects.keys()]).toEqual([`${BUCKET}/other.txt`]);
  });

  it.each<[string, string[] | null, readonly string[], string]>([
    ["another answer", ["yes"], [], "Nothing was deleted."],
    ["nobody to ask", null, [], "run it again with --yes"],
    ["a stack that is not there", null, ["--stack", "other"], "There is no stack other in eu-west-1."],
  ])("does nothing for %s", async (_, answers, args, sentence) => {
    const { err, exit } = await run(["destroy", ...args], answers);
    expect(exit).toBe(1);
    expect(err).toContain(sentence);
    expect(account.cloud.requests).not.toContain("DeleteStack");
  });

  it("says that there is no stack", async () => {
    account.cloud.stack = null;
    expect((await run(["destroy", "--yes"])).err).toBe(
      "lambda-ddns-admin: There is no stack lambda-ddns in eu-west-1.\n",
    );
  });

  it("leaves a table alone that the stack only uses", async () => {
    if (account.cloud.stack) account.cloud.stack.parameters["ExistingTable"] = TABLE;
    expect((await run(["destroy", "--with-table", "--yes"])).err).toContain("is not of this stack");
    expect(account.cloud.requests).not.toContain("DeleteStack");
  });
});
