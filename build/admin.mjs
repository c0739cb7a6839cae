#!/usr/bin/env node
// `npx lambda-ddns-admin`: starts the TypeScript program from a checkout. Plain JavaScript, since npm links it as it is.
import { register } from "tsx/esm/api";

register();
const { main } = await import("../src/server/admin/main.ts");
await main();
