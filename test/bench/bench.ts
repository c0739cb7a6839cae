// `make bench`: ours, the bare request and the peers that are installed, in one run on this machine; writes dist/bench.md. Refuses to measure an old build.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram, missingProgram } from "../../build/needs.ts";
import { findQjs } from "../../build/qjs.ts";
import { targetNamed } from "../../build/standalone/targets.ts";
import { zigFolder } from "../../build/standalone/zig.ts";
import { buildStandalone } from "../../build/standalone.ts";
import { watchIdle } from "./idle.ts";
import { type Command, type Cost, measure } from "./measure.ts";
import { startBenchService } from "./service.ts";
import { type Bench, type Subject, subjects } from "./subjects.ts";
import { costTable, idleTable, type Row } from "./table.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUT = join(ROOT, "dist/bench.md");

/** Builds what is measured; a part that cannot be built is named by the table's reader, `subjects`. */
function build(missing: string[]): Pick<Bench, "qjs" | "standalone"> {
  const bundle = spawnSync(process.execPath, ["--import", "tsx", "build/bundle.ts"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  const qjs = bundle.status === 0 ? findQjs() : { missing: "our script: the bundle could not be built" };
  if ("missing" in qjs) missing.push(qjs.missing);
  let standalone: string | null = null;
  try {
    standalone = buildStandalone(targetNamed("x86_64"));
  } catch (error) {
    missing.push(error instanceof Error ? error.message : String(error));
  }
  return { qjs: "path" in qjs ? qjs.path : null, standalone };
}

/** Compiles watch.c with whichever C compiler is here. */
function buildWatch(work: string): string {
  const watch = join(work, "watch");
  const compiler = findProgram("cc") === null ? [join(zigFolder(), "zig"), "cc"] : ["cc"];
  const [program = "cc", ...args] = [...compiler, "-O1", "-o", watch, join(ROOT, "test/bench/watch.c")];
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`watch.c does not compile: ${stderr}`);
  return watch;
}

async function measureAll(bench: Bench, found: readonly Subject[]) {
  const watch = buildWatch(bench.work);
  const cost = async (name: string, command: Command) => {
    console.log(`  ${name}`);
    return measure(command, watch, bench.service, bench.work);
  };
  const updates = new Map<string, Cost>();
  const unchanged: Row[] = [];
  for (const subject of found) {
    updates.set(subject.name, await cost(subject.name, subject.update));
    if (subject.unchanged === null) continue;
    const again = await cost(`${subject.name}, nothing changed`, subject.unchanged);
    unchanged.push({ name: subject.name, cost: again, bare: null });
  }
  const rows = found.flatMap((subject): Row[] => {
    const its = updates.get(subject.name);
    const bare = subject.bare === subject.name ? null : (updates.get(subject.bare) ?? null);
    return its ? [{ name: subject.name, cost: its, bare }] : [];
  });
  return { rows, unchanged };
}

async function idleRows(found: readonly Subject[]) {
  const rows = [];
  for (const { name, resident, unchanged } of found) {
    if (resident !== null) {
      console.log(`  ${name}, idle`);
      rows.push({ name, idle: await watchIdle(resident) });
    } else if (unchanged !== null && name.startsWith("lambda-ddns")) {
      rows.push({ name, idle: { processes: 0, pssMb: 0, wakeupsPerHour: 0 } });
    }
  }
  return rows;
}

async function main(): Promise<void> {
  const missing: string[] = [];
  const work = mkdtempSync(join(tmpdir(), "lambda-ddns-bench-"));
  const built = build(missing);
  const service = await startBenchService(work);
  try {
    const bench = { service, work, ...built };
    const { found, missing: absent } = subjects(bench);
    missing.push(...absent);
    const noValgrind = missingProgram("valgrind");
    if (noValgrind !== null) missing.push(noValgrind);
    const { rows, unchanged } = await measureAll(bench, found);
    const text = [
      `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}; loopback, TLS verified, medians.`,
      "Instructions are those of every process in user space (callgrind), own those of the client alone; × bare compares with one request by the same program with the same CA file.",
      costTable("one update", rows),
      costTable("nothing changed", unchanged),
      idleTable(await idleRows(found)),
      ...(missing.length > 0 ? [`Not measured: ${missing.join("; ")}.`] : []),
    ].join("\n\n");
    mkdirSync(join(ROOT, "dist"), { recursive: true });
    writeFileSync(OUT, `${text}\n`);
    console.log(`\n${text}\n\nwritten to ${OUT}`);
  } finally {
    await service.close();
    rmSync(work, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(`make bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
