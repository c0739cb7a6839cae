// The page's package: access rules and menu fit the page both ways, texts are marked and translated, the scripts are as LuCI loads them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writePageFeed } from "../../build/luci/feed.ts";
import { pageOrder } from "../../build/luci/order.ts";
import { REQUIRES, SCRIPT } from "../../build/luci/scripts.ts";
import { markedTexts, parsePo, template, textsOf } from "../../build/luci/texts.ts";
import { ipkProduct } from "../../build/package/product.ts";
import { READING, WRITING } from "../../src/luci/commands.ts";
import { untar } from "../openwrt/untar.ts";
import { rulesText } from "./router.ts";

const FOLDER = new URL("../../openwrt/luci-app-lambda-ddns/", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, FOLDER), "utf8");
const group = JSON.parse(rulesText())["luci-app-lambda-ddns"];
const order = pageOrder();
const script = (name: string): string =>
  new TextDecoder().decode(order.content.find((member) => member.name.endsWith(name))?.bytes);

describe("the access rules", () => {
  const lines = (commands: readonly (readonly string[])[]): string[] =>
    commands.map((words) => words.join(" "));
  it("permit what the page runs, and nothing else", () => {
    expect(Object.keys(group.read.file)).toEqual(lines(READING));
    expect(Object.keys(group.write.file)).toEqual(lines(WRITING));
    const rights = [...Object.values(group.read.file), ...Object.values(group.write.file)];
    expect(new Set(rights.flat())).toEqual(new Set(["exec"]));
  });
  it("permit the calls that the page declares, and nothing else", () => {
    const declared = [...script("app.js").matchAll(/object:"([\w.]+)",method:"(\w+)"/g)];
    const granted = [group.read.ubus, group.write.ubus].flatMap((scope) =>
      Object.entries(scope as Record<string, string[]>).flatMap(([object, all]) =>
        all.map((one) => `${object} ${one}`),
      ),
    );
    expect(declared.map(([, object, method]) => `${object} ${method}`).sort()).toEqual(granted.sort());
  });
  it("let nobody read the configuration, whose secrets would come along", () => {
    expect(group.read.uci).toBeUndefined();
    expect(group.write.uci).toEqual({ "lambda-ddns": ["write"] });
    expect(rulesText()).not.toContain("*");
  });
});

it("has a menu entry that leads to the page, for whoever has the rules", () => {
  const menu = JSON.parse(text("root/usr/share/luci/menu.d/luci-app-lambda-ddns.json"))[
    "admin/services/lambda-ddns"
  ];
  const view = `./www/luci-static/resources/view/${menu.action.path}.js`;
  expect(order.content.map(({ name }) => name)).toContain(view);
  expect(menu.depends).toEqual({ acl: ["luci-app-lambda-ddns"], uci: { "lambda-ddns": true } });
  expect(markedTexts().has(menu.title)).toBe(true);
});

describe("the texts", () => {
  it("stand in the template that is kept (make luci writes it)", () => {
    expect(text("po/templates/lambda-ddns.pot")).toBe(template(markedTexts()));
  });
  it("are translated into German, each with the same places for values", () => {
    const german = parsePo(text("po/de/lambda-ddns.po"));
    expect([...markedTexts().keys()].filter((one) => !german.has(one))).toEqual([]);
    expect([...german.keys()].filter((one) => !markedTexts().has(one))).toEqual([]);
    const places = (one: string): number => one.split("%s").length;
    expect([...german].filter(([one, other]) => places(one) !== places(other))).toEqual([]);
  });
  it("are plain: anything else in a mark is refused", () => {
    expect(textsOf('x(_("a"), _(\n  "b\\"c",\n));', "a.ts")).toEqual(["a", 'b"c']);
    expect(() => textsOf("_(name)", "a.ts")).toThrow("src/luci/a.ts");
    expect(() => textsOf('_("a" + b)', "a.ts")).toThrow("plain text");
    expect(() => textsOf("_(`a`)", "a.ts")).toThrow("plain text");
  });
});

describe("the scripts", () => {
  it("are what LuCI's loader takes", () => {
    const source = script("app.js");
    const head = ["use strict", ...REQUIRES.map((name) => `require ${name}`)].map((line) => `'${line}';\n`);
    expect(source.startsWith(head.join(""))).toBe(true);
    expect(source.endsWith("return app;\n")).toBe(true);
    expect(source).not.toMatch(/sourceMappingURL|[^\n\t -~]/);
    expect(() => new Function(...REQUIRES, source)).not.toThrow();
  });
  it.each(["overview.js", "71_lambda-ddns.js"])("hand on from %s", (name) => {
    expect(script(name)).toMatch(
      /^'use strict';\n'require (view|baseclass)';\n'require lambda-ddns\.app as app';\n\n.*\nreturn \1\.extend\(app\.(page|box)\);\n$/,
    );
  });
});

describe("the package", () => {
  const packed = ipkProduct(order).bytes;
  it("holds the page, the box, the menu and the rules", () => {
    const outer = untar(packed);
    const data = untar(outer.find(({ name }) => name === "./data.tar.gz")?.bytes ?? new Uint8Array());
    expect(data.filter(({ folder }) => !folder).map(({ name, mode }) => [name, mode])).toEqual([
      ["./usr/share/luci/menu.d/luci-app-lambda-ddns.json", 0o644],
      ["./usr/share/rpcd/acl.d/luci-app-lambda-ddns.json", 0o644],
      ["./www/luci-static/resources/lambda-ddns/app.js", 0o644],
      ["./www/luci-static/resources/view/lambda-ddns/overview.js", 0o644],
      ["./www/luci-static/resources/view/status/include/71_lambda-ddns.js", 0o644],
    ]);
  });
  it("makes LuCI and rpcd see it, and needs the client in either form", () => {
    const outer = untar(packed);
    const control = untar(outer.find(({ name }) => name === "./control.tar.gz")?.bytes ?? new Uint8Array());
    const member = (name: string): string =>
      new TextDecoder().decode(control.find((one) => one.name === `./${name}`)?.bytes);
    expect(member("control")).toMatch(/^Depends: libc, luci-base, lambda-ddns$/m);
    expect(member("control")).toMatch(/^Architecture: all$/m);
    for (const one of ["/tmp/luci-indexcache", "/tmp/luci-modulecache", "rpcd"])
      expect(member("postinst-pkg")).toContain(one);
  });
});

it("stands in a feed with scripts that people can read", () => {
  const feed = mkdtempSync(join(tmpdir(), "lambda-ddns-feed-"));
  try {
    writePageFeed(feed);
    const folder = join(feed, "luci-app-lambda-ddns");
    expect(readdirSync(folder).sort()).toEqual(["Makefile", "htdocs", "po", "root"]);
    const source = readFileSync(join(folder, SCRIPT.replace("www/", "htdocs/")), "utf8");
    expect(source.split("\n").length).toBeGreaterThan(500);
    expect(source).toContain("\n\t// src/luci/status.ts\n");
    expect(() => new Function(...REQUIRES, source)).not.toThrow();
  } finally {
    rmSync(feed, { recursive: true });
  }
});
