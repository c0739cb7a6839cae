// A server's certificate that is not trusted, in words and with the remedy. Parsed only where one came.

/** What curl or uclient-fetch `said` of a certificate, and what to do; `cacert` is the CA file it was told to trust, or "". */
export function describeUntrusted(said: string, cacert: string): string {
  const remedy = REMEDIES.find(([words]) => new RegExp(words, "i").test(said))?.[1](cacert);
  return `the certificate is not trusted: ${said}${remedy ? `; ${remedy}` : ""}`;
}

/** By the words of OpenSSL, mbedTLS and the two programs. */
const REMEDIES: readonly (readonly [words: string, remedy: (cacert: string) => string])[] = [
  // mbedTLS calls a certificate that is not valid yet an "unknown error": most often our clock is behind.
  ["not yet valid|future|unknown error|expired", () => "is the router's clock set?"],
  ["match", () => "it is another host's; is the URL right?"],
  [
    "self.signed|signed by|issuer|not.trusted|verification failed",
    (cacert) =>
      cacert
        ? `the CA file ${cacert} (option cacert) does not verify it, or cannot be read`
        : "put the file of the CA that signed it into option cacert, or install ca-bundle",
  ],
];
