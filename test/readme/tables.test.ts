// The documents' tables against the code: options and their defaults, packages by architecture, make's targets, links.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { apkName } from "../../build/package/apk.ts";
import { ipkName } from "../../build/package/ipk.ts";
import { ARCHITECTURES } from "../../build/package/order.ts";
import { readRecipe, standaloneRecipe } from "../../build/package/recipe.ts";
import { TARGETS } from "../../build/standalone/targets.ts";
import { GLOBAL_OPTIONS, SERVICE_OPTIONS } from "../../src/client/core/options.ts";
import { readArgs } from "../../src/server/admin/args.ts";
import { readOptions } from "../../src/server/local/main.ts";
import { repositoryText, section, spans, table } from "./markdown.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const configure = section("docs/configuration.md", "Options of a service");

/** Option, default and explanation, by option. */
function documented(): Map<string, { fallback: string; remark: string }> {
  const rows = table(configure, "| option | default |");
  return new Map(
    rows.map(([option = "", fallback = "", remark = ""]) => [
      spans(option)[0] ?? option,
      { fallback: spans(fallback)[0] ?? fallback, remark },
    ]),
  );
}

/** The options of a section in the sample configuration; those behind a `#` too. */
function sample(type: string) {
  const text = repositoryText("openwrt/lambda-ddns/files/etc/config/lambda-ddns");
  const body = text.split(/^config /m).find((one) => one.startsWith(`${type} `)) ?? "";
  const lines = body.matchAll(/^(#?)\t(?:option|list) (\w+) '(.*?)'(?: +# (.+))?$/gm);
  return [...lines].map(([, hidden, option = "", value = "", remark = ""]) => ({
    hidden: hidden === "#",
    option,
    value,
    remark,
  }));
}

describe("options of a service", () => {
  const rows = documented();
  it("are those of the client's table, with its defaults", () => {
    const defaults = Object.entries(SERVICE_OPTIONS).map(([option, row]) => [option, row.default]);
    expect([...rows].map(([option, { fallback }]) => [option, fallback]).sort()).toEqual(defaults.sort());
  });
  it.each(["family", "ip_source", "http_client"] as const)("%s names every word that it takes", (option) => {
    const { fallback = "", remark = "" } = rows.get(option) ?? {};
    expect([fallback, ...spans(remark)]).toEqual(
      expect.arrayContaining([...SERVICE_OPTIONS[option].choices]),
    );
  });
});

describe("the sample configuration", () => {
  const rows = documented();
  const lines = sample("service");
  it("has the README's options of a service, each explained", () => {
    expect(lines.map(({ option }) => option)).toEqual([...rows.keys()]);
    for (const { option, remark } of lines) expect(remark, option).not.toBe("");
  });
  it("shows the defaults, but for what the README says of `enabled` and an example name", () => {
    for (const { option, value } of lines) {
      if (option === "enabled") expect(rows.get(option)?.remark).toContain(`the package says \`${value}\``);
      else if (option !== "hostname") expect(value, option).toBe(rows.get(option)?.fallback);
    }
    // What is no comment is what a reader has to fill in, or should see.
    const open = lines.filter(({ hidden }) => !hidden).map(({ option }) => option);
    expect(open).toEqual(["enabled", "url", "hostname", "secret", "interface"]);
  });
  it("has the documented options of the section global, with the program's defaults", () => {
    const globals = sample("lambda-ddns");
    const defaults = Object.entries(GLOBAL_OPTIONS).map(([option, row]) => [option, row.default]);
    expect(globals.map(({ option, value }) => [option, value])).toEqual(defaults);
    const documented = table(section("docs/configuration.md", "Options of the section global"), "| option |");
    expect(documented.map((cells) => cells.slice(0, 2).map((cell) => spans(cell)[0]))).toEqual(defaults);
    for (const { option, remark } of globals) expect(remark, option).not.toBe("");
  });
});

describe("packages by release", () => {
  const rows = table(repositoryText("docs/install.md"), "| your OpenWrt |");
  const opkg = rows.filter(([release]) => release === "24.10");
  /** `a_b-c, -d` means a_b-c and a_b-d. */
  const architectures = (cell: string): string[] => {
    let last = "";
    return cell.split(", ").map((word) => {
      last = word.startsWith("-") ? last.replace(/-[^-]*$/, word) : word;
      return last;
    });
  };
  it("has a row for each target, with its architectures", () => {
    const told = opkg.map(([, names = "", file = ""]) => {
      const target = /`TARGET=(\w+)`/.exec(file)?.[1] ?? "";
      return [target, architectures(names)];
    });
    expect(Object.fromEntries(told)).toEqual(ARCHITECTURES);
    expect(told).toHaveLength(Object.keys(ARCHITECTURES).length);
  });
  it("names files as they are written", () => {
    const recipe = readRecipe();
    const form = (name: string): string =>
      name.replace(recipe.version, "<version>").replace(`r${recipe.release}`, "r<release>");
    expect(rows[0]?.[2]).toContain(`\`${form(apkName(recipe))}\``);
    const standalone = form(ipkName(standaloneRecipe(recipe, "x86_64"))).replace("<version>-r<release>", "…");
    expect(opkg[0]?.[2]).toContain(`\`${standalone}\``);
    const script = form(ipkName(recipe)).replace("<version>-r<release>", "…");
    expect(repositoryText("docs/install.md")).toContain(`\`${script}\``);
  });
  it("installs on releases that have quickjs, and only there", () => {
    expect(readRecipe().depends).toContain("quickjs");
    for (const one of Object.values(ARCHITECTURES).flat())
      expect(standaloneRecipe(readRecipe(), one).depends).not.toContain("quickjs");
  });
  it("names the targets of the standalone executable", () => {
    const development = repositoryText("CONTRIBUTING.md");
    const row = /`make standalone TARGET=…`.*: (.*) \|$/m.exec(development)?.[1];
    expect(row?.split(", ")).toEqual(TARGETS.map(({ name }) => name));
  });
});

describe("the service's words", () => {
  it("are the variables that `make server` reads, with their defaults", () => {
    const asked = new Set<string>();
    const nothing = (_: object, name: string | symbol): undefined => {
      asked.add(String(name));
    };
    const read = readOptions(new Proxy({}, { get: nothing }));
    const rows = table(repositoryText("src/server/local/README.md"), "| variable | default |");
    expect(rows.flatMap(([names = ""]) => spans(names)).sort()).toEqual([...asked].sort());
    const fallbacks = rows.map(([, fallback = ""]) => fallback.replaceAll("`", ""));
    const ports = `${read.port}, ${read.dnsPort}`;
    expect(fallbacks).toEqual([ports, read.dataDir, read.zone, "", String(read.historyLength), ""]);
  });
  it("are commands of the admin program in aws/README.md and docs/events.md too", () => {
    const names = ["aws/README.md", "docs/events.md"].map((path) => {
      const words = [...repositoryText(path).matchAll(/^npm run --silent admin -- (.*)$/gm)];
      return words.map(([, line = ""]) => {
        const command = readArgs(line.replaceAll("'", "").split(" "));
        return command === "help" ? command : command.name;
      });
    });
    expect(names).toEqual([
      ["add", "rotate", "logs", "logs", "destroy"],
      ["deploy", "deploy", "deploy"],
    ]);
  });
});

describe("the README", () => {
  it("is short enough to be read", () => {
    expect(Buffer.byteLength(repositoryText("README.md"))).toBeLessThanOrEqual(9 * 1024);
  });
  it("leads to every document", () => {
    const index = repositoryText("docs/README.md");
    const docs = readdirSync(join(ROOT, "docs")).filter(
      (name) => name.endsWith(".md") && name !== "README.md",
    );
    expect(docs.filter((name) => !index.includes(`(${name})`))).toEqual([]);
    expect(repositoryText("README.md")).toContain("(docs/README.md)");
  });
});

describe("places", () => {
  const own = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  const markdown = [
    ...own,
    "aws/README.md",
    "src/server/local/README.md",
    ...docs.map((name) => `docs/${name}`),
  ];
  it.each(markdown)("%s links to what is there", (path) => {
    const text = repositoryText(path);
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(
      ([, title = ""]) =>
        `#${title
          .toLowerCase()
          .replaceAll(/[^\w -]/g, "")
          .replaceAll(" ", "-")}`,
    );
    for (const [, to = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (to.startsWith("https://")) continue;
      if (to.startsWith("#")) expect(headings).toContain(to);
      else expect(existsSync(join(ROOT, dirname(path), to)), to).toBe(true);
    }
  });
  it("has every folder of the sources in its table of places", () => {
    const rows = table(repositoryText("docs/architecture.md"), "| where | what |");
    const told = rows.flatMap(([cell = ""]) => spans(cell));
    const whole = told.map((name) => (existsSync(join(ROOT, name)) ? name : `src/client/${name}`));
    const folders = (path: string): string[] =>
      readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [`${path}/${entry.name}`] : [],
      );
    const real = [...folders("src"), ...folders("src/client")].filter((path) => path !== "src/client");
    expect(whole.filter((path) => path.startsWith("src/")).sort()).toEqual(real.sort());
    for (const path of whole) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});
