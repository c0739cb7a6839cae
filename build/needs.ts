// The programs that tests run besides Node, what for, and how to get each; refuses to guess: a program counts only when it is on PATH.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A program of the machine that some test runs for real. */
export interface Need {
  program: string;
  /** What stays untested without it. */
  untested: string;
  /** The Debian package that holds it. */
  debian: string;
}

export const NEEDS: readonly Need[] = [
  { program: "curl", untested: "the curl fetcher and everything end to end", debian: "curl" },
  {
    program: "dig",
    untested: "answers of the local DNS responder as a resolver sees them",
    debian: "bind9-dnsutils",
  },
  { program: "busybox", untested: "the router's shell scripts in busybox ash", debian: "busybox" },
  { program: "shellcheck", untested: "the shell files' lint", debian: "shellcheck" },
  { program: "flock", untested: "the wrapper's locks", debian: "util-linux" },
  { program: "ip", untested: "routers in network namespaces", debian: "iproute2" },
  { program: "nft", untested: "NAT between network namespaces", debian: "nftables" },
  { program: "ps", untested: "the argument lists of running processes", debian: "procps" },
  { program: "valgrind", untested: "the budgets in instructions and bytes of heap", debian: "valgrind" },
  { program: "chromium", untested: "the page for LuCI in a browser", debian: "chromium" },
  { program: "xz", untested: "sizes of packed products", debian: "xz-utils" },
  {
    program: "qemu-mips-static",
    untested: "the standalone on a big-endian machine",
    debian: "qemu-user-static",
  },
  {
    program: "signify-openbsd",
    untested: "the signatures of opkg's feed and of a release's checksums",
    debian: "signify-openbsd",
  },
];

/** The first executable file named `program` on `path`, or null. */
export function findProgram(program: string, path = process.env["PATH"] ?? ""): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** Null where `program` is here, else one sentence: what is missing, what stays untested, how to get it. */
export function missingProgram(program: string): string | null {
  if (findProgram(program) !== null) return null;
  const need = NEEDS.find((one) => one.program === program);
  if (need === undefined) return `no ${program} on PATH`;
  return `no ${program} on PATH, so untested: ${need.untested} (Debian: apt-get install ${need.debian})`;
}
