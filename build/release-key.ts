// `make release-key`: new keys that sign releases, in a file that git ignores; refuses to overwrite one.
import { keyPath, makeKeys } from "./release/keys.ts";
import { usignFingerprint } from "./release/usign.ts";

try {
  const path = keyPath();
  const { usign } = makeKeys(path);
  console.log(`${path}: keys for opkg (${usignFingerprint(usign.publicKey)}) and apk`);
  console.log("Keep a copy where it is safe: routers trust these keys, and a lost one cannot be made again.");
} catch (error) {
  console.error(`make release-key: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
