// Asks a DNS server on loopback for the addresses of a name, over UDP, as a resolver would; refuses truncated answers.
import { createSocket } from "node:dgram";
import { type Answer, decode, encode, type Packet } from "dns-packet";

const TRIES = 3;
const WAIT_MS = 1000;

/** The addresses of `name` as the server on `port` answers; none where the name has no such record. */
export async function askDns(port: number, name: string, type: "A" | "AAAA" = "A"): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(port, name, type);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

function ask(port: number, name: string, type: "A" | "AAAA"): Promise<string[]> {
  const id = Math.floor(Math.random() * 0x10000);
  const socket = createSocket("udp4");
  return new Promise<string[]>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no DNS answer on port ${port}`)), WAIT_MS);
    socket.on("error", fail);
    socket.on("message", (message) => {
      clearTimeout(timer);
      const packet = decode(message);
      if (packet.id === id) done(addressesIn(packet, type));
    });
    socket.send(encode({ type: "query", id, questions: [{ type, name }] }), port, "127.0.0.1");
  }).finally(() => socket.close());
}

function addressesIn(packet: Packet, type: "A" | "AAAA"): string[] {
  const answers: readonly Answer[] = packet.answers ?? [];
  return answers.flatMap((answer) => (answer.type === type && "data" in answer ? [String(answer.data)] : []));
}
