// How each command of the READMEs is run by these tests; refuses to know what nobody has thought of, so that a new command needs a new line here.
import type { Command } from "./markdown.ts";

/** "router": typed on the router of `router.ts`. "server": on this machine, with the local service. "target": make has it, and runs it elsewhere. */
export type Kind = "router" | "server" | "target" | "elsewhere";

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^make server$/, "server"],
  [/^make [a-z-]+( [A-Z]+=\S+)*$/, "target"],
  [/^npm run --silent admin -- /, "server"],
  [/^(dig|curl|TOKEN=.*) /, "server"],
  [/^(uci|lambda-ddns|service|logread) /, "router"],
  // Package managers: test/package and test/openwrt read what they are given. `add` is what "npm run … admin -- add" starts.
  [
    /^apk (update|add (--allow-untrusted \/tmp\/lambda-ddns-\*\.apk|lambda-ddns(-standalone)? luci-app-lambda-ddns)|del lambda-ddns)$/,
    "elsewhere",
  ],
  [
    /^opkg (update|install (curl|\/tmp\/lambda-ddns-standalone_\*\.ipk|lambda-ddns-standalone luci-app-lambda-ddns)|remove lambda-ddns-standalone)$/,
    "elsewhere",
  ],
  // A feed's key and its one line.
  [/^wget -O \/\S+ https:\/\/FEED\/lambda-ddns\.(pem|pub)$/, "elsewhere"],
  [/^opkg-key add \/tmp\/lambda-ddns\.pub$/, "elsewhere"],
  [
    /^(\. \/etc\/openwrt_release; )?echo "\S*( \S+ )?https:\/\/FEED\/(apk|opkg)\/.*" >> \/etc\/\S+$/,
    "elsewhere",
  ],
  [/^scp -O FILE root@192\.168\.1\.1:\/tmp\/$/, "elsewhere"],
  [/^lambda-ddns-admin add$/, "elsewhere"],
  // Needs a zone on AWS.
  [/^nslookup NAME ns-/, "elsewhere"],
  // What the Makefile's first rule does.
  [/^npm ci$/, "elsewhere"],
];

/** The kind of a command, or null where nobody knows how to run it. */
export function kindOf({ line }: Command): Kind | null {
  return KINDS.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
