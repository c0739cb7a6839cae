// `make set-version VERSION=1.2.0`: writes the version wherever it stands; refuses one that packages cannot carry.
import { fileURLToPath } from "node:url";
import { setVersion } from "./release/version-files.ts";
import { requireVersion } from "./version.ts";

try {
  const version = process.argv[2] ?? "";
  requireVersion("VERSION", version);
  setVersion(fileURLToPath(new URL("..", import.meta.url)), version);
  console.log(`the version is ${version}; give CHANGELOG.md a section "## ${version}"`);
} catch (error) {
  console.error(`make set-version: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
