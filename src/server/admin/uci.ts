// The UCI section that an operator pastes into a router's /etc/config/lambda-ddns, quoted as UCI reads it.
// Refuses values with line breaks, which UCI cannot hold.

export interface Section {
  hostname: string;
  url: string;
  /** By which the router proves itself: a secret, or a code that makes one. */
  proof: { secret: string } | { code: string };
  cacert?: string;
}

/** The section's text, ending in a line feed. The comment names what the operator may want to change. */
export function uciSection({ hostname, url, proof, cacert }: Section): string {
  const lines = [
    `config service ${quote(sectionName(hostname))}`,
    `\toption enabled '1'`,
    `\toption url ${quote(url)}`,
    `\tlist hostname ${quote(hostname)}`,
    "secret" in proof ? secretLine(proof.secret) : `\toption code ${quote(proof.code)}`,
    `\toption interface 'wan'`,
    `\toption family 'ipv4'`,
    ...(cacert === undefined ? [] : [`\toption cacert ${quote(cacert)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The line of a section that holds its secret. */
export function secretLine(secret: string): string {
  return `\toption secret ${quote(secret)}`;
}

/** Inside single quotes everything stands for itself; a quote leaves them, as in a shell. */
export function quote(value: string): string {
  if (/[\r\n\0]/.test(value)) throw new Error("A value with a line break cannot stand in a UCI file.");
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** UCI names sections with letters, digits and underscores. */
function sectionName(hostname: string): string {
  return hostname
    .replace(/\.$/, "")
    .replace(/^\*/, "any")
    .replace(/[^A-Za-z0-9]/g, "_");
}
