// The Amazon roots that the package ships are Debian's, byte for byte, under the fingerprints written above them; refuses a sixth.
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const FILE = fileURLToPath(
  new URL("../../openwrt/lambda-ddns/files/usr/share/lambda-ddns/amazon-roots.pem", import.meta.url),
);
const DEBIAN = "/etc/ssl/certs/ca-certificates.crt";

const text = readFileSync(FILE, "utf8");
const roots = certificates(text);

function certificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** The name and SHA-256 that the file's header states for each certificate, in order. */
function stated(): [string, string][] {
  const lines = text.matchAll(/^# (.+)\n# {3}((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/gm);
  return [...lines].map(([, name = "", fingerprint = ""]) => [name, fingerprint]);
}

describe("amazon-roots.pem", () => {
  it("holds five roots of Amazon's, each its own issuer", () => {
    expect(roots).toHaveLength(5);
    for (const root of roots) {
      expect(root.ca && root.subject === root.issuer && root.verify(root.publicKey)).toBe(true);
    }
  });

  it("states the name and fingerprint of each above them", () => {
    const found = roots.map((root) => [/^CN=(.*)$/m.exec(root.subject)?.[1], root.fingerprint256]);
    expect(stated()).toEqual(found);
  });

  it("is small enough that reading it is cheap", () => {
    expect(text.length).toBeLessThan(8 * 1024);
  });

  it.skipIf(!existsSync(DEBIAN) && process.env["CI"] !== "true")(
    `holds what Debian's ca-certificates hold (needs ${DEBIAN}: apt-get install ca-certificates)`,
    () => {
      const digest = ({ raw }: X509Certificate) => createHash("sha256").update(raw).digest("hex");
      const debian = new Set(certificates(readFileSync(DEBIAN, "utf8")).map(digest));
      expect(debian.size).toBeGreaterThan(100);
      for (const root of roots) expect(debian, root.subject).toContain(digest(root));
    },
  );
});
