// Authorities and server certificates made when a test runs, good ones and bad ones; refuses to keep any: keys live in memory.
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** What is wrong with a server's certificate, or "good". */
export type CertificateKind =
  | "good"
  | "expired"
  | "not-yet-valid"
  | "wrong-name"
  | "unknown-ca"
  | "self-signed";

export interface Authority {
  /** PEM. */
  pem: string;
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}

/** A certificate chain and its key, both PEM, as node:tls takes them. */
export interface Identity {
  cert: string;
  key: string;
}

const generateKeys = () => webcrypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);

function serialNumber(): string {
  // Positive: the first bit is clear.
  return `4${randomBytes(8).toString("hex").slice(1)}`;
}

function days(from: number, to: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() + from * DAY_MS), notAfter: new Date(Date.now() + to * DAY_MS) };
}

/** A new root. */
export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    ...days(-1000, 1000),
    keys,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { pem: `${certificate.toString("pem")}\n`, certificate, key: keys.privateKey };
}

function generalNames(names: readonly string[]): x509.JsonGeneralName[] {
  return names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value }));
}

/** A server certificate for `names` (host names and addresses), wrong in the way that `kind` says. */
export async function issue(
  authority: Authority,
  names: readonly string[],
  kind: Exclude<CertificateKind, "unknown-ca"> = "good",
): Promise<Identity> {
  const keys = await generateKeys();
  const named = kind === "wrong-name" ? ["wrong.example.com"] : names;
  const subject = `CN=${named[0]}`;
  const own = kind === "self-signed";
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: own ? subject : authority.certificate.subject,
    ...(kind === "expired" ? days(-20, -10) : kind === "not-yet-valid" ? days(10, 20) : days(-10, 10)),
    signingKey: own ? keys.privateKey : authority.key,
    publicKey: keys.publicKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(generalNames(named)),
      await x509.AuthorityKeyIdentifierExtension.create(
        own ? keys.publicKey : authority.certificate.publicKey,
      ),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
  return { cert: `${leaf.toString("pem")}\n`, key };
}

let shared: Promise<{ trusted: Authority; unknown: Authority }> | null = null;

/** The two authorities of this process: one that tests tell the client to trust, and one that nobody trusts. */
export function authorities(): Promise<{ trusted: Authority; unknown: Authority }> {
  shared ??= Promise.all([makeAuthority("Trusted Test CA"), makeAuthority("Unknown Test CA")]).then(
    ([trusted, unknown]) => ({ trusted, unknown }),
  );
  return shared;
}

/** The identity of a test server of `kind`. */
export async function identity(kind: CertificateKind, names: readonly string[]): Promise<Identity> {
  const { trusted, unknown } = await authorities();
  return kind === "unknown-ca" ? issue(unknown, names) : issue(trusted, names, kind);
}
