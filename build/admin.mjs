#!/usr/bin/env node
// `npx lambda-ddns-admin`: starts the TypeScript program from a checkout. Plain JavaScript, since npm links it as it is.
import { register } from "tsx/esm/api";

register();
const { admin } = await import("../src/server/admin/main.ts");
const { out, err, exit } = await admin(process.argv.slice(2), process.env);
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = exit;
