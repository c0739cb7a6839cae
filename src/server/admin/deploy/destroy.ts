// The command destroy: deletes what deploy made, and says what stays. The table, and with it the hosts' secrets, stays unless told.
import type { Clock, CodeBucket, Stack, Stacks, Terminal } from "./cloud.ts";
import { forgetDeployment } from "./deployment-file.ts";
import { assertOurs, bucketName, removeStack } from "./stack-steps.ts";

export interface DestroyOptions {
  stack: string;
  withTable: boolean;
  /** Nothing is asked. */
  yes: boolean;
}

export interface DestroyPorts extends Clock {
  account: string;
  region: string;
  stacks: Stacks;
  bucket: CodeBucket;
  terminal: Terminal;
  /** The names that stay in DNS, such as "home.example.com A 192.0.2.1", or a sentence why they are not known. */
  records(table: string): Promise<string[] | string>;
  deleteTable(table: string): Promise<void>;
  folder: string;
}

/** Deletes the stack; throws a sentence where it does not. */
export async function destroy(options: DestroyOptions, ports: DestroyPorts): Promise<void> {
  const { stacks, terminal, region, account, folder } = ports;
  const { stack: name, withTable } = options;
  const stack = await stacks.find(name);
  if (!stack) throw new Error(`There is no stack ${name} in ${region}.`);
  assertOurs(name, stack);
  const table = tableOf(stack);
  if (withTable && table?.isForeign)
    throw new Error(
      `The table ${table.name} is not of this stack (ExistingTable); it is not deleted with it.`,
    );
  if (table) terminal.print(await whatStays(table.name, withTable, ports));
  await assertNamed(options, terminal);
  await removeStack(name, stack, ports);
  if (table && withTable) {
    await ports.deleteTable(table.name);
    terminal.print(`table ${table.name}: deleted\n`);
  }
  const bucket = bucketName(account, region);
  if (stack.parameters["CodeBucket"] === bucket) {
    const end = await ports.bucket.clear(bucket, `${name}/`);
    terminal.print(
      `bucket ${bucket}: ${end === "deleted" ? "deleted" : "kept, since there is more in it"}\n`,
    );
  }
  forgetDeployment(folder, name, region);
  if (table && !withTable) terminal.print(kept(table.name, region));
}

function tableOf({ parameters, outputs }: Stack): { name: string; isForeign: boolean } | null {
  const name = outputs["TableName"];
  return name ? { name, isForeign: Boolean(parameters["ExistingTable"]) } : null;
}

/** As many names as a person looks at. */
const MOST_SHOWN = 20;

async function whatStays(table: string, withTable: boolean, { records }: DestroyPorts): Promise<string> {
  const fate = withTable
    ? `The table ${table} is deleted too, and every host's secret with it.`
    : `The table ${table} stays, with the hosts' secrets.`;
  const found = await records(table);
  if (typeof found === "string") return `${fate}\nWhich DNS records stay is not known: ${found}\n`;
  if (found.length === 0) return `${fate}\nNo DNS record was written.\n`;
  const more = found.length > MOST_SHOWN ? [`and ${found.length - MOST_SHOWN} more`] : [];
  const lines = [...found.slice(0, MOST_SHOWN), ...more].map((line) => `  ${line}\n`);
  return `${fate}\nThese DNS records stay in the zone until you delete them:\n${lines.join("")}`;
}

async function assertNamed({ stack, yes }: DestroyOptions, terminal: Terminal): Promise<void> {
  if (yes) return;
  const answer = await terminal.ask(`Type ${stack} to delete this stack: `);
  if (answer === null) throw new Error("Nobody is there to be asked: run it again with --yes.");
  if (answer.trim() !== stack) throw new Error("Nothing was deleted.");
}

function kept(table: string, region: string): string {
  return (
    `The table ${table} stayed. To go on with it: deploy … --parameter ExistingTable=${table}\n` +
    `To delete it: aws dynamodb delete-table --region ${region} --table-name ${table}\n`
  );
}
