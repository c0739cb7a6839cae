// From a command's name to what does it.
import { add } from "./add.ts";
import type { AccountCommandName, Command, CommandName } from "./args.ts";
import { disable, enable, remove, set } from "./change.ts";
import { revoke, rotateByCode } from "./code.ts";
import type { Context } from "./context.ts";
import { list } from "./list.ts";
import { logs } from "./logs.ts";
import { rotate } from "./rotate.ts";
import { history, show } from "./show.ts";
import { listHosts } from "./store.ts";
import { verify } from "./verify.ts";
import { watchNow } from "./watch-now.ts";

/** Runs a command and returns what it has to say (with an exit status where it is not 0); throws a sentence where it cannot. */
export async function run(
  command: Command & { name: Exclude<CommandName, AccountCommandName> },
  context: Context,
): Promise<string | { out: string; exit: number }> {
  switch (command.name) {
    case "add":
      return await add(command, context);
    case "list":
      return list(await listHosts(context.table), command.options, context.nowSeconds);
    case "show":
      return await show(command.host, context, command.options.json ?? false);
    case "history":
      return await history(command.host, context, command.options.json ?? false);
    case "set":
      return await set(command, context);
    case "disable":
      return await disable(command, context);
    case "enable":
      return await enable(command, context);
    case "rotate":
      return await (command.options.code ? rotateByCode : rotate)(command, context);
    case "revoke":
      return await revoke(command, context);
    case "remove":
      return await remove(command, context);
    case "verify":
      return await verify(command, context);
    case "watch":
      return await watchNow(context, command.options["dry-run"] ?? false);
    case "logs":
      await logs(command.options, context.log());
      return "";
  }
}
