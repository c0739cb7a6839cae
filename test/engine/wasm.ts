// Runs a bundle, whole, inside QuickJS WASM against a router in memory; refuses endless loops and promises that never settle.
import { Buffer } from "node:buffer";
import {
  newQuickJSWASMModule,
  type QuickJSContext,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from "quickjs-emscripten";
import type { FakeOs } from "../stand-ins/fake-os.ts";
import { GUEST_OS, GUEST_PRELUDE, GUEST_STD } from "./guest.ts";

/** The engine asks after about ten thousand steps each time; a run of the client needs a few hundred. */
const MOST_INTERRUPTS = 20_000;

export interface BundleRun {
  /** The bundle's text: an ES module that imports "std" and "os". */
  source: string;
  host: Pick<FakeOs, "calls" | "streams" | "finish">;
  args?: readonly string[];
  /** How often the engine may ask whether to go on, about ten thousand steps each time. */
  mostInterrupts?: number;
}

/** How the bundle ended, as native qjs would show it. */
export interface BundleResult {
  code: number;
  stdout: string;
  stderr: string;
}

type Calls = Record<string, (...args: never[]) => unknown>;

/** How a run ends before its text does: the exit code asked for, or the fake router's own complaint. */
interface Ending {
  code: number | null;
  complaint: unknown;
}

/** Under this name the script finds itself. */
const SCRIPT = "lambda-ddns.js";

function hostCalls(host: BundleRun["host"], source: string, ending: Ending): Calls {
  return {
    ...host.calls,
    loadFile: (path: string) => (path === SCRIPT ? source : host.calls["loadFile"]?.(path as never)),
    "std.exit": (code: number) => {
      ending.code = code & 255;
    },
    "std.put": (stream: "stdout" | "stderr", text: string) => {
      host.streams[stream] += text;
    },
    "std.encode": (text: string) => Buffer.from(text, "utf8").toString("latin1"),
    "std.decode": (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8"),
  };
}

/** One call through the door, as JSON. A complaint of the fake router stops the guest, so that no catch can hide it. */
function answer(calls: Calls, ending: Ending, name: string, json: string): string {
  try {
    const call = calls[name];
    if (call === undefined) throw new Error(`the guest called ${name}, which the fake router lacks`);
    const value = call(...(JSON.parse(json) as never[])) ?? null;
    return JSON.stringify({ value, stop: ending.code !== null });
  } catch (error) {
    ending.complaint = error;
    return JSON.stringify({ stop: true });
  }
}

function openDoor(context: QuickJSContext, calls: Calls, ending: Ending): void {
  const door = context.newFunction("door", (name, json) =>
    context.newString(answer(calls, ending, context.getString(name), context.getString(json))),
  );
  context.setProp(context.global, "__door", door);
  door.dispose();
}

function moduleText(name: string): string {
  if (name === "std") return GUEST_STD;
  if (name === "os") return GUEST_OS;
  throw new Error(`could not load module '${name}'`);
}

/** Evaluates `text`; what it threw as qjs prints it, null when it ran to its end, also when a stop cut it short. */
function evaluate(
  context: QuickJSContext,
  ending: Ending,
  text: string,
  type: "global" | "module",
): string | null {
  const result = context.evalCode(text, "bundle.js", { type });
  if (result.error !== undefined) {
    const thrown = result.error.consume((error) => describeError(context.dump(error)));
    return ending.code === null && ending.complaint === null ? thrown : null;
  }
  return result.value.consume((value) => {
    const jobs = context.runtime.executePendingJobs();
    jobs.dispose();
    const state = context.getPromiseState(value);
    if (state.type === "fulfilled") {
      if (!state.notAPromise) state.value.dispose();
      return null;
    }
    if (state.type === "pending") throw new Error("the bundle waits for a promise that nothing settles");
    return state.error.consume((error) => describeError(context.dump(error)));
  });
}

function describeError(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { name, message, stack } = error as { name?: string; message?: string; stack?: string };
  return `${name}: ${message}\n${stack ?? ""}`;
}

/** The engine, shared by runs; null after one that could not be cleaned up. */
const shared: { engine: QuickJSWASMModule | null } = { engine: null };

/** Runs the bundle once; the router keeps what the run did to it, so that the next run finds it. */
export async function runBundleInWasm({
  args = [],
  mostInterrupts = MOST_INTERRUPTS,
  ...run
}: BundleRun): Promise<BundleResult> {
  const engine = shared.engine ?? (await newQuickJSWASMModule());
  // A failing run may leave a suspended function behind, on which dispose() would abort the whole engine.
  shared.engine = null;
  const runtime = engine.newRuntime();
  const result = runIn(runtime, { code: null, complaint: null }, { ...run, args, mostInterrupts });
  runtime.dispose();
  shared.engine = engine;
  return result;
}

function runIn(
  runtime: QuickJSRuntime,
  ending: Ending,
  { source, host, args, mostInterrupts }: Required<BundleRun>,
): BundleResult {
  const interrupts = { count: 0 };
  runtime.setModuleLoader(moduleText);
  runtime.setInterruptHandler(() => {
    interrupts.count += 1;
    return ending.code !== null || ending.complaint !== null || interrupts.count > mostInterrupts;
  });
  const context = runtime.newContext();
  Object.assign(host.streams, { stdout: "", stderr: "" });
  openDoor(context, hostCalls(host, source, ending), ending);
  const prelude = `${GUEST_PRELUDE}globalThis.scriptArgs = ${JSON.stringify([SCRIPT, ...args])};`;
  const thrown = evaluate(context, ending, prelude, "global") ?? evaluate(context, ending, source, "module");
  if (ending.complaint !== null) throw ending.complaint;
  if (interrupts.count > mostInterrupts) throw new Error("the bundle runs and runs: an endless loop?");
  host.finish();
  context.dispose();
  const { stdout, stderr } = host.streams;
  return { code: ending.code ?? (thrown === null ? 0 : 1), stdout, stderr: stderr + (thrown ?? "") };
}
