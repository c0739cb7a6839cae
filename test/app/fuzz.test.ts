// No input crashes it: whole runs over damaged words of every program and damaged files; each ends with a status, in lines that name no bug of ours. The shipped bundle in QuickJS WASM.
import fc from "fast-check";
import { expect, it } from "vitest";
import { STATE, service } from "../e2e/world.ts";
import { dumpOf } from "../stand-ins/netifd-dump.ts";
import { CONFIG, FOLDER, makeHome, URL_ } from "./world.ts";

const RUNS = Number(process.env["LAMBDA_DDNS_FUZZ_RUNS"] ?? 150);

/** What the router's programs and files say when all is well. */
const WELL = {
  uci: `package lambda-ddns\n\n${service(URL_, { family: "dual" })}${service(URL_, { hostname: "a.example.com" }, "b")}`,
  ubus: JSON.stringify(
    dumpOf({ ipv4: "176.32.100.36", ipv6: [{ address: "2a00:1450::5", preferred: 60, valid: 90 }] }),
  ),
  answer: '{"return_status":"success","return_message":"176.32.100.36"}',
  words: "Downloading 'x'\nConnecting to 127.0.0.1:443\nWriting to stdout\n",
  state:
    '{"version":1,"published":"176.32.100.36","publishedAt":900,"sentAt":900,"inDoubt":false,"behindNat":false,"failures":0,"lastFailure":null,"notBefore":0,"detected":"176.32.100.36","needsCurl":false,"systemTrust":false,"device":"eth1","passedOver":null,"stamp":"","fingerprint":""}',
  memo: '{"at":900,"until":9000,"files":{},"dump":"x"}',
  timer: "600\n",
};

/** A text with pieces cut, doubled or replaced, most often by what means something to its reader. */
function damaged(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      "",
      "null",
      "{}",
      "[]",
      "-1",
      "1e999",
      "\0",
      "\n",
      "'",
      '"',
      "::",
      '{"toString":{}}',
      "\ud800",
    ),
    fc.string(),
  );
  const cut = fc.tuple(fc.nat(text.length), fc.nat(12), piece);
  const cuts = fc.oneof(fc.constant([]), fc.array(cut, { minLength: 1, maxLength: 3 }));
  return cuts.map((some) => {
    let left = text;
    for (const [at, length, instead] of some) left = left.slice(0, at) + instead + left.slice(at + length);
    return left;
  });
}

const world = fc.record({
  uci: damaged(WELL.uci),
  ubus: damaged(WELL.ubus),
  answer: damaged(WELL.answer),
  words: damaged(WELL.words),
  code: fc.constantFrom(0, 1, 4, 5, 8, 127),
  state: damaged(WELL.state),
  memo: damaged(WELL.memo),
  timer: damaged(WELL.timer),
});
const command = fc.constantFrom(
  ["update", "--trigger", "timer"],
  ["update", "--force"],
  ["update", "--dry-run"],
  ["status"],
  ["status", "--json"],
  ["check"],
  ["address"],
);

it(`${RUNS} damaged worlds`, async () => {
  await fc.assert(
    fc.asyncProperty(world, command, async ({ uci, ubus, answer, words, code, state, memo, timer }, args) => {
      const home = makeHome({
        programs: {
          uci: () => ({ stdout: uci }),
          ubus: () => ({ stdout: ubus }),
          "uclient-fetch": () => ({ stdout: answer, stderr: words, code }),
        },
      });
      for (const [name, text] of Object.entries({ [STATE]: state, memo, timer }))
        home.os.writeFile(`${FOLDER}/${name}`, text, 0o600);
      const did = await home.run(...args);
      expect([0, 1, 2, 3]).toContain(did.code);
      expect([...did.said, did.stdout].join("\n")).not.toMatch(/internal error|TypeError|undefined|\[object/);
      expect(home.os.readFile(CONFIG)).toContain("config service");
    }),
    { numRuns: RUNS },
  );
}, 600_000);

it.each([
  [
    "uci",
    { uci: () => ({ stdout: `package lambda-ddns\n\n${service(URL_, { secret: "x".repeat(300_000) })}` }) },
  ],
  ["ubus", { ubus: () => ({ stdout: `{"interface":[${'{"a":'.repeat(2000)}` }) }],
  [
    "ubus, much of it",
    { ubus: () => ({ stdout: JSON.stringify({ interface: new Array(3000).fill({ interface: "x" }) }) }) },
  ],
  ["uclient-fetch", { "uclient-fetch": () => ({ stdout: "{".repeat(65_000) }) }],
])("a flood of words from %s", async (_, programs) => {
  const did = await makeHome({ programs }).run("update");
  expect(did.said.join("\n")).not.toMatch(/internal error/);
  expect(did.said.length).toBeLessThanOrEqual(2);
});
