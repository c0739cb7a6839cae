// Installs, upgrades and removes an ipk in a test's router in opkg's order: prerm, unpack, conffiles, postrm, postinst.
// Refuses what opkg would: a file whose folder no member named.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Ran, type Router, unpack } from "./router.ts";
import { type Found, untar } from "./untar.ts";

const INFO = "usr/lib/opkg/info";
const NAME = "lambda-ddns";

function member(packed: Uint8Array, name: string): Found[] {
  return untar(untar(packed).find((one) => one.name === name)?.bytes ?? new Uint8Array());
}

const sum = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Runs an installed package's script; on a living router, the functions that it sources are the test's. */
function script(router: Router, name: string, more: Record<string, string> = {}): Ran {
  const path = router.path(`${INFO}/${NAME}.${name}`);
  const live = more["IPKG_INSTROOT"] === undefined;
  const text = readFileSync(path, "utf8");
  const functions = `"$` + `{IPKG_INSTROOT}/lib/functions.sh"`;
  if (live) writeFileSync(path, text.replaceAll(functions, `"${router.path("lib/functions.sh")}"`));
  return router.run([path], more);
}

/** Writes one file of the package; of a configuration that the user changed the new one goes beside it. */
function place(router: Router, found: Found, conffiles: ReadonlyMap<string, string>): void {
  const path = router.path(found.name);
  const shipped = conffiles.get(found.name.slice(1));
  const changed = shipped !== undefined && existsSync(path) && sum(readFileSync(path)) !== shipped;
  if (!existsSync(dirname(path))) throw new Error(`${found.name}: no member names its folder`);
  unpack(router.root, [{ ...found, name: changed ? `${found.name}-opkg` : found.name }]);
}

function readConffiles(router: Router): Map<string, string> {
  const lines = router.lines(`${INFO}/${NAME}.conffiles`);
  return new Map(lines.map((line) => line.split(" ", 2) as [string, string]));
}

/** Installs or upgrades; returns what the last script said. With `image`, as when an image is built. */
export function install(router: Router, packed: Uint8Array, { image = false } = {}): Ran {
  const control = member(packed, "./control.tar.gz").filter(({ folder }) => !folder);
  const data = member(packed, "./data.tar.gz");
  const upgrade: Record<string, string> = router.has(`${INFO}/${NAME}.prerm`) ? { PKG_UPGRADE: "1" } : {};
  const before = readConffiles(router);
  if (upgrade["PKG_UPGRADE"]) {
    expectOk(script(router, "prerm", upgrade));
    expectOk(script(router, "postrm", upgrade));
  }
  for (const one of data) {
    if (one.folder) mkdirSync(router.path(one.name), { recursive: true });
    else place(router, one, before);
  }
  mkdirSync(router.path(INFO), { recursive: true });
  for (const { name, bytes, mode } of control) {
    const path = router.path(`${INFO}/${NAME}.${name.slice(2)}`);
    writeFileSync(path, bytes);
    chmodSync(path, mode);
  }
  const files = data.filter(({ folder }) => !folder);
  router.write(`${INFO}/${NAME}.list`, files.map(({ name }) => `${name.slice(1)}\n`).join(""));
  const shipped = files.filter(({ name }) => name.startsWith("./etc/config/"));
  router.write(
    `${INFO}/${NAME}.conffiles`,
    shipped.map(({ name, bytes }) => `${name.slice(1)} ${sum(bytes)}\n`).join(""),
  );
  return script(router, "postinst", image ? { IPKG_INSTROOT: router.root, LAMBDA_DDNS_ROOT: "" } : upgrade);
}

/** Removes the package, but no configuration that the user changed. */
export function remove(router: Router): void {
  expectOk(script(router, "prerm"));
  const conffiles = readConffiles(router);
  for (const name of router.lines(`${INFO}/${NAME}.list`)) {
    const path = router.path(name);
    const shipped = conffiles.get(name);
    if (!existsSync(path) || (shipped !== undefined && sum(readFileSync(path)) !== shipped)) continue;
    rmSync(path);
  }
  expectOk(script(router, "postrm"));
  rmSync(join(router.root, INFO), { recursive: true });
}

function expectOk({ code, stderr }: Ran): void {
  if (code !== 0) throw new Error(`a script of the package ended with ${code}: ${stderr}`);
}
