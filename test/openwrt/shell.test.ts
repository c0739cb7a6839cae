// Every shell file of the package: read by busybox ash, and clean in shellcheck's eyes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { findProgram } from "../../build/needs.ts";
import { shellFiles } from "../../build/tree.ts";
import { testWith } from "./able.ts";

const test = testWith("busybox", "shellcheck");

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const files = shellFiles(ROOT).filter((path) => /^(openwrt|test\/openwrt)\//.test(path));

test("there are some, of every kind", () => {
  for (const part of [
    "usr/bin/",
    "init.d/",
    "hotplug.d/iface/",
    "hotplug.d/ntp/",
    "uci-defaults/",
    "functions.sh",
    "hooks.sh",
  ]) {
    expect(files.some((path) => path.includes(part))).toBe(true);
  }
});

test.each(files)("%s parses in busybox ash", (path) => {
  const { status, stderr } = spawnSync("busybox", ["ash", "-n", path], { cwd: ROOT, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("they are clean in shellcheck", () => {
  expect(findProgram("shellcheck")).not.toBeNull();
  const { stdout } = spawnSync("shellcheck", ["--color=never", "--external-sources", ...files], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(stdout).toBe("");
});
