// How tests run: few workers, since they start real processes and sockets.ts decides what may be missing.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/engine/setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real processes and real sockets: two workers keep a two-core machine honest.
    maxWorkers: 2,
  },
});
