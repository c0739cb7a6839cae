// "The internet" between the router and the embedded service: a TLS proxy that states the caller's address, which on one
// machine would always be 127.0.0.1, and counts what was asked. Refuses to be reached from elsewhere.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request as httpsRequest } from "node:https";
import { serverCertificate } from "../../src/server/local/ca.ts";

/** The header by which the service is told (SOURCE_IP_HEADER). */
export const SOURCE_HEADER = "x-caller-address";

export interface Internet {
  /** What the router's configuration gets as `option url`. */
  url: string;
  /** The router's packets come from this address, whatever its own interfaces say. */
  appearAs(address: string): void;
  /** What was asked since the last time, as `set 201`. */
  asked(): string[];
  close(): Promise<void>;
}

/** Starts it in front of the service at `target`; both have certificates under the authority in `dataDir`. */
export async function startInternet(target: string, dataDir: string): Promise<Internet> {
  const { cert, key, caPath } = await serverCertificate(dataDir);
  const state = { address: "", asked: [] as string[] };
  const server = createServer({ cert, key }, (from, to) => {
    void hand(from, to).catch(() => to.destroy());
  });
  const ca = readFileSync(caPath);
  async function hand(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of from) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const headers = { "content-type": from.headers["content-type"] ?? "", [SOURCE_HEADER]: state.address };
    const onward = httpsRequest(target, { method: from.method ?? "POST", headers, ca, agent: false });
    onward.on("error", () => to.destroy());
    onward.on("response", (answer) => {
      state.asked.push(`${modeOf(body)} ${answer.statusCode}`);
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.end(body);
  }
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `https://127.0.0.1:${port}/`,
    appearAs: (text) => {
      state.address = text;
    },
    asked: () => state.asked.splice(0),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function modeOf(body: Buffer): string {
  return /"execution_mode":"(\w+)"/.exec(body.toString("utf8"))?.[1] ?? "?";
}
