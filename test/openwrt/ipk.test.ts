// The package for opkg, unpacked and compared member by member; what differs for the standalone; its reproduction.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scriptContent, standaloneContent } from "../../build/package/content.ts";
import { ipk, ipkName } from "../../build/package/ipk.ts";
import { ARCHITECTURES, readOrder } from "../../build/package/order.ts";
import { readRecipe, standaloneRecipe } from "../../build/package/recipe.ts";
import { tar } from "../../build/package/tar.ts";
import { NOBLE_LICENSE } from "../../build/standalone/licenses.ts";
import { TARGETS } from "../../build/standalone/targets.ts";
import { listFiles } from "../../build/tree.ts";
import { projectVersion, sourceEpoch } from "../../build/version.ts";
import { type Found, untar } from "./untar.ts";

const EPOCH = 1_760_000_000;
const FILES = new URL("../../openwrt/lambda-ddns/files/", import.meta.url);

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-ipk-"));
  program = join(folder, "program.js");
  writeFileSync(program, "// the program\n");
  writeFileSync(join(folder, "MIT.txt"), "a licence\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const script = (): Uint8Array => ipk(readRecipe(), scriptContent(program), EPOCH);

function inner(packed: Uint8Array, name: string): Found[] {
  return untar(untar(packed).find((member) => member.name === name)?.bytes ?? new Uint8Array());
}

function control(packed: Uint8Array): Record<string, string> {
  const text = decode(inner(packed, "./control.tar.gz").find(({ name }) => name === "./control")?.bytes);
  const fields = text.replaceAll("\n ", " ").trim().split("\n");
  return Object.fromEntries(fields.map((line) => line.split(": ", 2)));
}

/** Shell scripts come without their comments; whatever else there is, as it is. */
function expectShipped(name: string, shipped: string, whole: string): void {
  if (!/^#.*(sh|SPDX)/.test(shipped)) {
    expect(shipped, name).toBe(whole);
    return;
  }
  const code = (text: string): string => text.replaceAll(/^\s*(#(?!!).*)?\n/gm, "");
  expect(code(shipped), name).toBe(code(whole));
  expect(shipped).not.toMatch(/^\s*#(?!!| SPDX)/m);
}

describe("archive", () => {
  test("three members in the order that opkg's own tools write, owned by root, stamped alike", () => {
    const outer = untar(script());
    expect(outer.map(({ name }) => name)).toEqual(["./debian-binary", "./data.tar.gz", "./control.tar.gz"]);
    expect(decode(outer[0]?.bytes)).toBe("2.0\n");
    const all = [...outer, ...inner(script(), "./data.tar.gz"), ...inner(script(), "./control.tar.gz")];
    expect(new Set(all.map(({ owner }) => owner))).toEqual(new Set(["0:0 root:root"]));
    expect(new Set(all.map(({ mtime }) => mtime))).toEqual(new Set([EPOCH]));
  });

  test("every file of openwrt/lambda-ddns/files, the program and its library's licence, each behind its folders", () => {
    const members = inner(script(), "./data.tar.gz");
    const modes = Object.fromEntries(members.map(({ name, mode }) => [name, mode.toString(8)]));
    expect(modes).toEqual({
      "./": "755",
      "./etc/": "755",
      "./etc/config/": "755",
      "./etc/config/lambda-ddns": "600",
      "./etc/hotplug.d/": "755",
      "./etc/hotplug.d/iface/": "755",
      "./etc/hotplug.d/iface/95-lambda-ddns": "644",
      "./etc/hotplug.d/ntp/": "755",
      "./etc/hotplug.d/ntp/95-lambda-ddns": "644",
      "./etc/init.d/": "755",
      "./etc/init.d/lambda-ddns": "755",
      "./etc/uci-defaults/": "755",
      "./etc/uci-defaults/95-lambda-ddns": "644",
      "./usr/": "755",
      "./usr/bin/": "755",
      "./usr/bin/lambda-ddns": "755",
      "./usr/lib/": "755",
      "./usr/lib/lambda-ddns/": "755",
      "./usr/lib/lambda-ddns/functions.sh": "644",
      "./usr/lib/lambda-ddns/hooks.sh": "644",
      "./usr/lib/lambda-ddns/lambda-ddns.js": "644",
      "./usr/share/": "755",
      "./usr/share/lambda-ddns/": "755",
      "./usr/share/lambda-ddns/amazon-roots.pem": "644",
      "./usr/share/lambda-ddns/licenses/": "755",
      "./usr/share/lambda-ddns/licenses/noble-hashes.txt": "644",
    });
    for (const { name, folder: isFolder, bytes } of members) {
      expect(isFolder).toBe(name.endsWith("/"));
      if (isFolder) continue;
      const built = name.endsWith("lambda-ddns.js") ? program : null;
      const source = built ?? (name.endsWith("noble-hashes.txt") ? NOBLE_LICENSE : new URL(name, FILES));
      expectShipped(name, Buffer.from(bytes).toString("latin1"), readFileSync(source, "latin1"));
    }
    expect(members.filter((member) => !member.folder)).toHaveLength(listFiles(FILES.pathname).length + 2);
    // opkg installs a file whose folder it has not seen without saying that it did not.
    const seen = new Set<string>();
    for (const { name } of members) {
      expect(seen.has(name.replace(/[^/]+\/?$/, "")) || name === "./", name).toBe(true);
      seen.add(name);
    }
  });

  test("control: fields, conffiles, and scripts that leave the work to the router's own functions", () => {
    const members = inner(script(), "./control.tar.gz");
    expect(members.map(({ name, mode }) => `${name} ${mode.toString(8)}`)).toEqual([
      "./ 755",
      "./conffiles 644",
      "./control 644",
      "./postinst 755",
      "./prerm 755",
      "./postrm 755",
    ]);
    const text = (name: string): string => decode(members.find((member) => member.name === name)?.bytes);
    expect(text("./conffiles")).toBe("/etc/config/lambda-ddns\n");
    expect(text("./postinst")).toContain('default_postinst "$0" "$@"\n');
    expect(text("./prerm")).toContain('default_prerm "$0" "$@"\n');
    expect(control(script())).toMatchObject({
      Package: "lambda-ddns",
      Version: `${projectVersion()}-r1`,
      Depends: "libc, quickjs, ca-bundle, uclient-fetch",
      Architecture: "all",
      License: "MIT",
      Section: "net",
      Description: expect.stringContaining("Route 53"),
    });
    expect(control(script())).not.toHaveProperty("Conflicts");
  });

  test("its name says version, release and architecture", () => {
    expect(ipkName(readRecipe())).toBe(`lambda-ddns_${projectVersion()}-r1_all.ipk`);
  });
});

test("the same commit gives the same bytes, another time stamp others", () => {
  expect(Buffer.from(script()).equals(script())).toBe(true);
  expect(Buffer.from(script()).equals(ipk(readRecipe(), scriptContent(program), EPOCH + 1))).toBe(false);
});

test("the time stamp is the commit's unless SOURCE_DATE_EPOCH says otherwise, never today's", () => {
  expect(sourceEpoch({ SOURCE_DATE_EPOCH: "1234567890" })).toBe(1_234_567_890);
  expect(sourceEpoch({})).toBe(sourceEpoch({ SOURCE_DATE_EPOCH: "yesterday" }));
  expect(sourceEpoch({})).toBeLessThanOrEqual(Date.now() / 1000);
});

describe("standalone", () => {
  const recipe = standaloneRecipe(readRecipe(), "mips_24kc");
  const packed = (): Uint8Array => ipk(recipe, standaloneContent(program, folder), EPOCH);

  test("takes the script package's place without quickjs, for one architecture", () => {
    expect(ipkName(recipe)).toBe(`lambda-ddns-standalone_${projectVersion()}-r1_mips_24kc.ipk`);
    expect(control(packed())).toMatchObject({
      Package: "lambda-ddns-standalone",
      Depends: "libc, ca-bundle, uclient-fetch",
      Conflicts: "lambda-ddns",
      Provides: "lambda-ddns",
      Architecture: "mips_24kc",
    });
    // opkg would lose the files that both packages have.
    expect(control(packed())).not.toHaveProperty("Replaces");
  });

  test("holds the same files, an executable in place of the bundle, and the licences of what is inside", () => {
    const names = (found: Found[]): string[] => found.filter((one) => !one.folder).map(({ name }) => name);
    const members = inner(packed(), "./data.tar.gz");
    const others = names(inner(script(), "./data.tar.gz")).filter((name) => !name.endsWith(".js"));
    expect(names(members).filter((name) => !others.includes(name))).toEqual([
      "./usr/lib/lambda-ddns/lambda-ddns",
      "./usr/share/lambda-ddns/licenses/MIT.txt",
      "./usr/share/lambda-ddns/licenses/program.js",
    ]);
    expect(members.find(({ name }) => name === "./usr/lib/lambda-ddns/lambda-ddns")?.mode).toBe(0o755);
  });

  test("every target has architectures, and no architecture two", () => {
    expect(Object.keys(ARCHITECTURES).sort()).toEqual(TARGETS.map(({ name }) => name).sort());
    const all = Object.values(ARCHITECTURES).flat();
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("refusals", () => {
  test.each([
    [["--target", "mips_24kc"], "TARGET=mips_24kc says nothing to VARIANT=script"],
    [["--variant", "both"], "VARIANT=both is unknown; choose script or standalone"],
    [
      ["--variant", "standalone", "--target", "sparc"],
      "TARGET=sparc is unknown; choose one of x86_64, aarch64",
    ],
  ])("%s", (words, message) => {
    expect(() => readOrder(words)).toThrow(message);
  });

  test("a Makefile without a field", () => {
    expect(() => readRecipe("PKG_VERSION:=1\n")).toThrow("define Package/lambda-ddns is missing");
  });

  test("a name that ustar cannot hold", () => {
    const member = { name: `./${"x".repeat(100)}`, mode: 0o644, bytes: new Uint8Array() };
    expect(() => tar([member], EPOCH)).toThrow("is longer than 100 bytes");
  });
});

test("PKG_VERSION in both Makefiles is package.json's version", () => {
  for (const name of ["lambda-ddns", "lambda-ddns-standalone"]) {
    const makefile = readFileSync(new URL(`../../openwrt/${name}/Makefile`, import.meta.url), "utf8");
    expect(/^PKG_VERSION:=(.*)$/m.exec(makefile)?.[1], name).toBe(projectVersion());
  }
});
