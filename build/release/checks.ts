// Whether this checkout may be released: everything committed, and no other commit has the version already. Refuses, with
// what to do.
import { spawnSync } from "node:child_process";

/** What a release is made from. */
export interface Source {
  /** The commit's full name. */
  commit: string;
  /** Lines for the one who releases: what could not be checked. */
  remarks: string[];
}

const REMOTE_DEADLINE_MS = 15_000;

/** The commit checked out at `root`; throws where it cannot be released as `version`. */
export function releasable(root: string, version: string): Source {
  const head = git(root, ["rev-parse", "--verify", "HEAD"]);
  if (head.code !== 0)
    throw new Error("this is no git checkout: a release is made from a commit, so clone the repository");
  const commit = head.out;
  const changed = git(root, ["status", "--porcelain"]).out;
  if (changed !== "") {
    const names = changed.split("\n").map((line) => line.slice(3));
    const some = names.slice(0, 3).join(", ");
    throw new Error(
      `not everything is committed (${some}${names.length > 3 ? ", …" : ""}): commit it or put it away`,
    );
  }
  const tag = `v${version}`;
  const here = git(root, ["rev-parse", "--verify", "--quiet", `refs/tags/${tag}^{commit}`]);
  if (here.code === 0) refuseOther(tag, here.out, commit, "here");
  return { commit, remarks: remoteTag(root, tag, commit) };
}

/** Looks for the tag in `origin`, where there is one that answers. */
function remoteTag(root: string, tag: string, commit: string): string[] {
  if (git(root, ["remote", "get-url", "origin"]).code !== 0) return [];
  const { code, out } = git(root, ["ls-remote", "--tags", "origin", `${tag}*`]);
  if (code !== 0) return [`origin does not answer, so it is not known whether ${tag} exists there`];
  const found = new Map(out.split("\n").map((line) => line.split("\t").reverse() as [string, string]));
  // An annotated tag has a second line, which names the commit.
  const there = found.get(`refs/tags/${tag}^{}`) ?? found.get(`refs/tags/${tag}`);
  if (there !== undefined) refuseOther(tag, there, commit, "in origin");
  return [];
}

function refuseOther(tag: string, tagged: string, commit: string, where: string): void {
  if (tagged === commit) return;
  throw new Error(
    `the tag ${tag} exists ${where} and is ${tagged.slice(0, 12)}, not this commit (${commit.slice(0, 12)}): ` +
      `check that tag out, or give package.json a new version`,
  );
}

function git(root: string, words: readonly string[]): { code: number | null; out: string } {
  const { status, stdout } = spawnSync("git", words, {
    cwd: root,
    encoding: "utf8",
    timeout: REMOTE_DEADLINE_MS,
    // Never asks for a password: there may be nobody to answer.
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { code: status, out: (stdout ?? "").trimEnd() };
}
