// A receiver of change events: what a chat, a phone or a script of the operator's would be.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChangeMessage } from "../../src/server/events.ts";

export interface Receiver {
  /** What the service gets as CHANGE_TARGET. */
  url: string;
  /** The next message, within five seconds. */
  next(): Promise<ChangeMessage>;
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startReceiver(): Promise<Receiver> {
  const received: ChangeMessage[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    received.push(JSON.parse(text) as ChangeMessage);
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async next() {
      for (let tries = 0; tries < 250; tries++) {
        const message = received.shift();
        if (message) return message;
        await sleep(20);
      }
      throw new Error("no notice of the change arrived within five seconds");
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
