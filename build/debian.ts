// Debian's archive read by apt with its state in a folder of ours; refuses unsigned lists and touches nothing of the system.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** The mirror that this machine's own apt sources name for Debian itself. */
function debianMirror(): string {
  const targets = run("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const mirror = targets.split("\n").find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error("this machine's apt names no Debian mirror");
  return mirror;
}

/**
 * Reads the lists of Debian's `suite` into the folder `work`, then runs `apt-get` there with `args`
 * (`download NAME…` with type deb, `source --download-only NAME` with type deb-src).
 */
export function aptGet(work: string, type: "deb" | "deb-src", suite: string, args: readonly string[]): void {
  if (!existsSync(KEYRING)) throw new Error("Debian's archive keyring is not installed");
  const file = join(work, "debian.sources");
  const source = `Types: ${type}\nURIs: ${debianMirror()}\nSuites: ${suite}\nComponents: main\n`;
  writeFileSync(file, `${source}Signed-By: ${KEYRING}\n`);
  for (const name of ["lists", "archives"]) mkdirSync(join(work, name, "partial"), { recursive: true });
  const options = {
    "Dir::Etc::sourcelist": file,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": join(work, "lists"),
    "Dir::State::status": "/dev/null",
    "Dir::Cache": work,
    "APT::Sandbox::User": "root", // The work folder is ours alone; apt's own user could not write there.
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "10",
  };
  const apt = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  run("apt-get", [...apt, "-qq", "-o", "APT::Update::Error-Mode=any", "update"]);
  run("apt-get", [...apt, "-qq", ...args], work);
}
