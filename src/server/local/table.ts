// The embedded table: dynalite on a socket in the data folder, which only its owner can open, asked by the real SDK.
// One process owns the store; another one that wants the table asks it through the same socket.
import { chmodSync, rmSync } from "node:fs";
import { Agent, type Server } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { quietSdk } from "../quiet-sdk.ts";
import { tableSocket } from "./data-dir.ts";

export const LOCAL_TABLE = "lambda-ddns";

export interface LocalTable {
  client: DynamoDBClient;
  close(): Promise<void>;
}

/** Starts the table of `dataDir` in this process. Fails when another process has it open. */
export async function startTable(dataDir: string): Promise<LocalTable> {
  const socket = tableSocket(dataDir);
  if (await answers(socket)) {
    throw new Error(`Another lambda-ddns server is using ${dataDir}; stop it or choose another DATA_DIR.`);
  }
  rmSync(socket, { force: true });
  const server = dynalite({ path: join(dataDir, "table"), createTableMs: 0 });
  await new Promise<void>((done, fail) => {
    server.once("error", fail).listen(socket, done);
  });
  chmodSync(socket, 0o600);
  const { client, destroy } = socketClient(socket);
  const close = async () => {
    destroy();
    await closeServer(server);
    rmSync(socket, { force: true });
  };
  try {
    await ensureTable(client);
  } catch (error) {
    await close();
    throw new Error(`The store in ${dataDir} cannot be opened: ${String(error)}`);
  }
  return { client, close };
}

/** The table of `dataDir`: that of the server that is running on it, or else opened here. */
export async function openTable(dataDir: string): Promise<LocalTable> {
  const socket = tableSocket(dataDir);
  if (!(await answers(socket))) return await startTable(dataDir);
  const { client, destroy } = socketClient(socket);
  return { client, close: async () => destroy() };
}

/** An SDK client whose every connection goes to `socket`. The credentials only satisfy the signer. */
function socketClient(socket: string) {
  quietSdk();
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
  // dynalite answers before the table is ACTIVE, even with no delay.
  await new Promise((done) => setTimeout(done, 50));
}

function answers(socket: string): Promise<boolean> {
  return new Promise((done) => {
    const probe = connect(socket);
    const end = (result: boolean) => {
      probe.destroy();
      done(result);
    };
    probe.once("connect", () => end(true)).once("error", () => end(false));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
