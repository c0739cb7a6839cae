// The local service's own certificate authority: made on first use, kept with its key; a fresh leaf each start.
// It vouches for 127.0.0.1, ::1 and localhost and for nothing else.
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { readIfThere, replaceFile } from "./data-dir.ts";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;

export interface ServerCertificate {
  caPath: string;
  /** PEM: the leaf, then the CA. */
  cert: string;
  /** PEM, PKCS #8; only in memory. */
  key: string;
}

/** A certificate for this machine's loopback names under the CA of `dataDir`, made now if there is none. */
export async function serverCertificate(dataDir: string): Promise<ServerCertificate> {
  const caPath = join(dataDir, "ca.pem");
  const kept = await readCa(dataDir);
  if (!kept && existsSync(caPath)) {
    process.stderr.write(
      `ca: the CA is damaged or about to end; there is a new one in ${caPath}, give that to your clients\n`,
    );
  }
  const ca = kept ?? (await makeCa(dataDir));
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=localhost",
    issuer: ca.certificate.subject,
    ...validity(LEAF_DAYS),
    signingKey: ca.key,
    publicKey: keys.publicKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
        { type: "dns", value: "localhost" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate.publicKey),
    ],
  });
  const key = await exportKey(keys.privateKey);
  return { caPath, cert: `${leaf.toString("pem")}\n${ca.certificate.toString("pem")}\n`, key };
}

interface Ca {
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}

async function makeCa(dataDir: string): Promise<Ca> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=lambda-ddns local CA",
    ...validity(CA_DAYS),
    keys,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  // The key first: a CA without its key would be made anew under everybody who trusts it.
  replaceFile(join(dataDir, "ca.key"), await exportKey(keys.privateKey), 0o600);
  replaceFile(join(dataDir, "ca.pem"), `${certificate.toString("pem")}\n`, 0o644);
  return { certificate, key: keys.privateKey };
}

/** The CA on disk, or null when there is none, it is about to end, or its halves do not belong together. */
async function readCa(dataDir: string): Promise<Ca | null> {
  const pem = readIfThere(join(dataDir, "ca.pem"));
  const keyPem = readIfThere(join(dataDir, "ca.key"));
  if (pem === null || keyPem === null) return null;
  try {
    const certificate = new x509.X509Certificate(pem);
    const der = x509.PemConverter.decodeFirst(keyPem);
    const key = await webcrypto.subtle.importKey("pkcs8", der, ECDSA, false, ["sign"]);
    const publicKey = await certificate.publicKey.export();
    const probe = Buffer.from("one pair");
    const signature = await webcrypto.subtle.sign(ECDSA, key, probe);
    const paired = await webcrypto.subtle.verify(ECDSA, publicKey, signature, probe);
    return paired && certificate.notAfter.getTime() > Date.now() + LEAF_DAYS * DAY_MS
      ? { certificate, key }
      : null;
  } catch {
    return null;
  }
}

/** A day back, for a client whose clock is a little behind. */
function validity(days: number) {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}

/** 127 random bits, positive and without a leading zero byte, as RFC 5280 wants them. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}
