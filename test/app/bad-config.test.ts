// A bad section among good ones, every option wrong in turn: one line that names it, exit status 2, and the others are served. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { WRONG } from "../core/wrong.ts";
import { OWN, SECRET, section } from "../e2e/world.ts";
import { makeHome, URL_ } from "./world.ts";

type Options = Record<string, string | readonly string[]>;

const valid = (hostname: string): Options => ({ url: URL_, hostname, secret: SECRET });
const A = "host2.dyn.example.com";
const B = "b.example.com";

describe("a section that is wrong in", () => {
  it.each(WRONG)("%s '%s'", async (option, value, words) => {
    const { [option]: _, ...rest } = valid("bad.example.com");
    const bad = section("service", "bad", value === undefined ? rest : { ...rest, [option]: value });
    const home = makeHome({
      config: section("service", "a", valid(A)) + bad + section("service", "b", valid(B)),
    });
    const did = await home.run("update", "--trigger", "ifup");
    expect(did.code).toBe(2);
    expect(did.said).toEqual([
      expect.stringContaining(`error: configuration: section 'bad', option '${option}': `),
      `info: a: ${A} IPv4: published ${OWN}`,
      `info: b: ${B} IPv4: published ${OWN}`,
    ]);
    expect(did.said[0]).toContain(words);
    expect(did.asked).toEqual([`set ${OWN} ${A}`, `set ${OWN} ${B}`]);
    expect(JSON.stringify(did)).not.toContain(SECRET);
  });
});
