// The notes of a release: its part of CHANGELOG.md, and which file a router needs. Refuses a version that the changelog
// says nothing of.

/** What `changelog` says of `version`, without its heading. */
export function changelogEntry(changelog: string, version: string): string {
  const parts = changelog.split(/^## /m).slice(1);
  const found = parts.find((part) => /^\S+/.exec(part)?.[0].replace(/[:,]$/, "") === version);
  const body = found?.split("\n").slice(1).join("\n").trim() ?? "";
  if (body === "")
    throw new Error(
      `CHANGELOG.md says nothing of ${version}: give it a section "## ${version}" with what changed`,
    );
  return body;
}

/** What the notes are made of. */
export interface NotesContent {
  version: string;
  /** Version and release as in the packages' names. */
  full: string;
  /** What changed, as Markdown. */
  entry: string;
  /** The architectures that there is an executable for. */
  architectures: readonly string[];
  signed: boolean;
}

/** The notes as Markdown. */
export function releaseNotes({ version, full, entry, architectures, signed }: NotesContent): string {
  const trust = signed
    ? "`SHA256SUMS.sig` signs the checksums: `signify-openbsd -V -p lambda-ddns.pub -m SHA256SUMS` (or `usign`)."
    : "This release is not signed: opkg takes it only without `option check_signature`, apk only with `--allow-untrusted`.";
  return `# lambda-ddns ${version}

${entry}

## Which file

| your router | file |
|---|---|
| OpenWrt 25.12 and newer, any architecture | \`apk/noarch/lambda-ddns-${full}.apk\`, brings quickjs from OpenWrt's feed |
| the same, in a quarter of the memory | \`apk/ARCHITECTURE/lambda-ddns-standalone-${full}.apk\` |
| OpenWrt 24.10 and older | \`opkg/ARCHITECTURE/lambda-ddns-standalone_${full}_ARCHITECTURE.ipk\` |
| LuCI page | \`luci-app-lambda-ddns\` beside them |
| the service on AWS | \`service/\` |

\`. /etc/openwrt_release; echo $DISTRIB_ARCH\` prints the router's architecture. There is an executable for ${architectures.map((name) => `\`${name}\``).join(", ")}.

${trust}
`;
}
