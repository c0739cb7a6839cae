// The embedded table: dynalite on a socket in the data folder, which only its owner can open, asked by the real SDK.
// One process owns the store; another one that wants the table asks it through the same socket.
import { chmodSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { hideNodeWarning } from "../aws/sdk.ts";
import { socketPath } from "./data-dir.ts";
import { answers, takeLock } from "./lock.ts";

export const LOCAL_TABLE = "lambda-ddns";

export interface LocalTable {
  client: DynamoDBClient;
  close(): Promise<void>;
}

/** How long to wait for an admin command that has the store open; it takes a second at most. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/** Starts the table of `dataDir` in this process, for the service. Fails when another service has it open. */
export async function startTable(dataDir: string): Promise<LocalTable> {
  const socket = socketPath(dataDir, "table.sock");
  return await whenFree(
    dataDir,
    async () => {
      if (!(await answers(socket))) return null;
      throw new Error(`Another lambda-ddns server is using ${dataDir}; stop it or choose another DATA_DIR.`);
    },
    socket,
  );
}

/** The table of `dataDir`: that of the service that is running on it, or else opened here, for one command. */
export async function openTable(dataDir: string): Promise<LocalTable> {
  const served = socketPath(dataDir, "table.sock");
  return await whenFree(
    dataDir,
    async () => {
      if (!(await answers(served))) return null;
      const { client, destroy } = socketClient(served);
      return { client, close: async () => destroy() };
    },
    socketPath(dataDir, "admin.sock"),
  );
}

/** Opens the store on `socket` as soon as nobody else has it, unless `instead` finds another way to the table. */
async function whenFree(
  dataDir: string,
  instead: () => Promise<LocalTable | null>,
  socket: string,
): Promise<LocalTable> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += PAUSE_MS) {
    const other = await instead();
    if (other) return other;
    const lock = await takeLock(socketPath(dataDir, "lock.sock"));
    if (lock) return await openStore(dataDir, socket, lock);
    await sleep(PAUSE_MS);
  }
  throw new Error(`${dataDir} has been in use for ${PATIENCE_MS / 1000} s; is a lambda-ddns-admin stuck?`);
}

/** Opens the store under `lock`, which is let go when the table is closed, or cannot be opened. */
async function openStore(dataDir: string, socket: string, lock: Closable): Promise<LocalTable> {
  rmSync(socket, { force: true });
  const server = dynalite({ path: join(dataDir, "table"), createTableMs: 0 });
  // dynalite, whose listener comes first, throws where a caller dies in the middle of a request.
  server.on("request", (request) => request.removeAllListeners("error").on("error", () => {}));
  await new Promise<void>((done, fail) => {
    server.once("error", fail).listen(socket, done);
  });
  chmodSync(socket, 0o600);
  const { client, destroy } = socketClient(socket);
  const close = async () => {
    destroy();
    server.closeAllConnections();
    await closed(server);
    await closed(lock);
  };
  try {
    await orThrown(ensureTable(client));
  } catch (cause) {
    await close();
    throw new Error(
      `The table in ${join(dataDir, "table")} cannot be opened: it is damaged, or another program has it open. ` +
        "If it is damaged, put a copy of that folder back, or remove it and add the hosts anew.",
      { cause },
    );
  }
  return { client, close };
}

/** `work`, or what dynalite threw meanwhile: where its store does not open it throws into the event loop. */
async function orThrown(work: Promise<void>): Promise<void> {
  let fail = (_error: Error): void => {};
  const thrown = new Promise<never>((_done, reject) => {
    fail = reject;
  });
  process.once("uncaughtException", fail);
  try {
    await Promise.race([work, thrown]);
  } finally {
    process.off("uncaughtException", fail);
  }
}

/** An SDK client whose every connection goes to `socket`. The credentials only satisfy the signer. */
function socketClient(socket: string) {
  hideNodeWarning();
  const httpAgent = new Agent({ keepAlive: true, socketPath: socket } as ConstructorParameters<
    typeof Agent
  >[0]);
  const client = new DynamoDBClient({
    endpoint: "http://localhost",
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: { httpAgent },
  });
  const destroy = () => {
    client.destroy();
    httpAgent.destroy();
  };
  return { client, destroy };
}

async function ensureTable(client: DynamoDBClient): Promise<void> {
  const { TableNames } = await client.send(new ListTablesCommand({}));
  if (TableNames?.includes(LOCAL_TABLE)) return;
  await client.send(
    new CreateTableCommand({
      TableName: LOCAL_TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "hostname", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "hostname", KeyType: "HASH" }],
    }),
  );
  // dynalite answers before the table is ACTIVE, and until then as if there were none.
  while (!(await isActive(client))) await sleep(10);
}

async function isActive(client: DynamoDBClient): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: LOCAL_TABLE }));
  return Table?.TableStatus === "ACTIVE";
}

interface Closable {
  close(done: () => void): unknown;
}

/** Closing a server removes its socket. */
function closed(server: Closable): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
  });
}
