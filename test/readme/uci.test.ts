// The stand-in's `uci set`, `get`, `show` and `commit`, as far as READMEs type them; refuses to let a change be lost or a file become readable.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { makeRouter, type Router } from "../stand-ins/router.ts";

const routers: Router[] = [];
afterEach(() => {
  for (const one of routers.splice(0)) one.remove();
});

const CONFIG = "# gone after a commit\nconfig service 'home'\n\tlist hostname 'a'\n\tlist hostname 'b'\n";

/** A router, and `uci` with the words of a line. */
function make() {
  const router = makeRouter({ config: CONFIG, programs: ["uci"] });
  routers.push(router);
  const uci = (line: string): string => {
    const { status, stdout, stderr } = spawnSync(router.path("bin/uci"), line.split(" "), {
      encoding: "utf8",
    });
    expect(status, line).toBe(stderr === "" ? 0 : 1);
    return stdout + stderr;
  };
  return { router, uci };
}

it("shows a change at once, to every command, and writes it with the commit", () => {
  const { router, uci } = make();
  expect(uci("set lambda-ddns.home.url=it's")).toBe("");
  expect(uci("get lambda-ddns.home.url")).toBe("it's\n");
  expect(uci("export lambda-ddns")).toContain("\toption url 'it'\\''s'\n");
  expect(router.read("etc/config/lambda-ddns")).toBe(CONFIG);
  expect(uci("commit lambda-ddns")).toBe("");
  expect(router.read("etc/config/lambda-ddns")).toBe(
    "\nconfig service 'home'\n\tlist hostname 'a'\n\tlist hostname 'b'\n\toption url 'it'\\''s'\n\n",
  );
  expect(statSync(router.path("etc/config/lambda-ddns")).mode & 0o777).toBe(0o600);
});

it("puts a value in the place of a list, and takes an option away for an empty one", () => {
  const { uci } = make();
  expect(uci("get lambda-ddns.home.hostname")).toBe("a b\n");
  expect(uci("show lambda-ddns")).toBe("lambda-ddns.home=service\nlambda-ddns.home.hostname='a' 'b'\n");
  uci("set lambda-ddns.home.hostname=c");
  expect(uci("show lambda-ddns.home")).toBe("lambda-ddns.home=service\nlambda-ddns.home.hostname='c'\n");
  uci("set lambda-ddns.home.hostname=");
  expect(uci("get lambda-ddns.home.hostname")).toBe("uci: Entry not found\n");
});

it("makes a section of a type, and refuses what is not there", () => {
  const { uci } = make();
  expect(uci("set lambda-ddns.office.url=x")).toBe("uci: Invalid argument\n");
  uci("set lambda-ddns.office=service");
  uci("set lambda-ddns.office.url=x");
  expect(uci("get lambda-ddns.office")).toBe("service\n");
  expect(uci("set elsewhere.a.b=c")).toBe("uci: Entry not found\n");
  expect(uci("set lambda-ddns.home.url")).toBe("uci: Invalid argument\n");
});
