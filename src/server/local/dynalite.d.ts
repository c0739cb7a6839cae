// What we use of dynalite, which ships no types.
declare module "dynalite" {
  import type { Server } from "node:http";

  /** A DynamoDB server over a LevelDB store in `path`; `close` closes the store too. */
  function dynalite(options: { path?: string; createTableMs?: number }): Server;
  export = dynalite;
}
