// The embedded service's HTTPS front towards callers who do not behave; what it answers to others is tested with the service.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { serverCertificate } from "../../src/server/local/ca.ts";
import { startFront } from "../../src/server/local/https-front.ts";

it("ends though a caller has connected and says nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "front-"));
  const { caPath, cert, key } = await serverCertificate(folder);
  const serve = () => Promise.reject(new Error("nobody asks"));
  const front = await startFront({ port: 0, cert, key, sourceIpHeader: null, serve });
  const silent = connect(front.port, "127.0.0.1").on("error", () => {});
  try {
    await once(silent, "connect");
    // A handshake that comes to its end tells that the server knows of the connection before it.
    const ca = readFileSync(caPath);
    const session = connectTls(front.port, "127.0.0.1", { ca }).on("error", () => {});
    await once(session, "secureConnect");
    await expect(front.close()).resolves.toBeUndefined();
  } finally {
    silent.destroy();
    rmSync(folder, { recursive: true });
  }
});
