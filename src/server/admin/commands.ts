// From a command's name to what does it.
import { add } from "./add.ts";
import type { Command } from "./args.ts";
import { type Context, unknown } from "./context.ts";
import { list, show } from "./list.ts";
import { rotate } from "./rotate.ts";
import { listHosts, removeHost } from "./store.ts";

/** Runs a command and returns what it has to say; throws a sentence where it cannot. */
export async function run(command: Command, context: Context): Promise<string> {
  switch (command.name) {
    case "add":
      return await add(command, context);
    case "list":
      return list(await listHosts(context.table), context.nowSeconds);
    case "show":
      return await show(command.host, context);
    case "rotate":
      return await rotate(command, context);
    case "remove":
      return await remove(command.host, context);
  }
}

async function remove(host: string, { table }: Context): Promise<string> {
  if (!(await removeHost(table, host))) throw unknown(host);
  return `${host} is removed. Its DNS records stay as they are; delete them in the zone where they are no longer wanted.\n`;
}
