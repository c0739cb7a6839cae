// The watch over a virtual clock: each change of class is told once, under repeated, concurrent, failing and crashing runs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Digest, digestOf } from "../../src/server/digest.ts";
import { encodeState } from "../../src/server/state.ts";
import { decodeTold, nextStep, TELLING_SECONDS } from "../../src/server/told.ts";
import { runWatch, type WatchedHost, type WatchPorts } from "../../src/server/watch.ts";

const START = 1_800_000_000;
const DAY = 86_400;
const HOST = "host1.dyn.example.com";

/** A table, a topic and a clock. `fail` is asked before each call: "lost" answers trouble, "dies" ends the run there. */
function makeWorld() {
  const hosts = new Map<string, WatchedHost>();
  const told: Digest[] = [];
  const world = {
    hosts,
    told,
    now: START,
    runs: 0,
    fail: async (_call: "scan" | "swap" | "tell" | "told"): Promise<"busy" | null> => null,
    heard(hostname = HOST, family: "ipv4" | "ipv6" = "ipv4", change: Partial<WatchedHost> = {}) {
      const address = family === "ipv4" ? "176.32.100.36" : "2a00:1450::1";
      const at = { atSeconds: world.now, minuteSeconds: world.now };
      const rest = { phase: "confirmed", was: null, target: "Z/60", writer: "w", changes: 1 } as const;
      const host = hosts.get(hostname) ?? bare(hostname);
      const states = { ...host.states, [family]: encodeState({ ...rest, ...at, address }) };
      hosts.set(hostname, { ...host, states, ...change });
    },
    ports: (): WatchPorts => ({
      async *hosts() {
        await world.fail("scan");
        yield* [...hosts.values()];
      },
      async swapTold(hostname, seen, next) {
        if (await world.fail("swap")) return { kind: "busy", detail: "throttled" };
        const host = hosts.get(hostname);
        if (!host || host.told !== seen) return { kind: "lost" };
        hosts.set(hostname, { ...host, told: next });
        return { kind: "done" };
      },
      async tell(digest) {
        if (await world.fail("tell")) return { kind: "busy", detail: "throttled" };
        told.push(digest);
        await world.fail("told");
        return { kind: "done" };
      },
      now: () => world.now * 1000,
      newWriteId: () => `run${++world.runs}`,
    }),
    run: (dryRun = false) => runWatch(world.ports(), dryRun),
    async after(seconds: number) {
      world.now += seconds;
      return await world.run();
    },
  };
  return world;
}

function bare(hostname: string): WatchedHost {
  const states = { ipv4: null, ipv6: null };
  return { hostname, states, told: null, owner: null, addedSeconds: null, isUnwatched: false };
}

const subjects = (told: readonly Digest[]) => told.map(({ subject }) => subject.replace("lambda-ddns: ", ""));

describe("runWatch", () => {
  it("tells each change of class once, and the return", async () => {
    const world = makeWorld();
    world.heard();
    for (let day = 0; day < 40; day++) await world.after(DAY);
    expect(subjects(world.told)).toEqual(["1 late", "1 gone"]);
    world.heard();
    for (let day = 0; day < 3; day++) await world.after(DAY);
    expect(subjects(world.told)).toEqual(["1 late", "1 gone", "1 back"]);
    expect(world.told[2]?.text).toContain(`${HOST} A: 176.32.100.36, was gone, last contact 1 day ago`);
    expect(world.hosts.get(HOST)?.told).toBe(null);
    for (let day = 0; day < 5; day++) await world.after(DAY);
    expect(subjects(world.told)).toHaveLength(4);
  });

  it("tells of a host that never came after four days, and of its first family when it does", async () => {
    const world = makeWorld();
    world.hosts.set(HOST, { ...bare(HOST), addedSeconds: START, owner: "Ann, room 3" });
    for (let day = 0; day < 6; day++) await world.after(DAY);
    expect(subjects(world.told)).toEqual(["1 never updated"]);
    expect(world.told[0]?.text).toContain(`  ${HOST}: owner Ann, room 3\n`);
    world.heard(HOST, "ipv6");
    await world.after(60);
    expect(subjects(world.told)).toEqual(["1 never updated", "1 back"]);
    expect(world.hosts.get(HOST)?.told).toBe(null);
  });

  it("keeps families apart", async () => {
    const world = makeWorld();
    world.heard(HOST, "ipv6");
    for (let day = 0; day < 6; day++) {
      world.heard(HOST, "ipv4");
      await world.after(DAY);
    }
    expect(subjects(world.told)).toEqual(["1 late"]);
    expect(world.told[0]?.text).toContain(`${HOST} AAAA: 2a00:1450::1`);
  });

  it("says nothing of hosts that nobody watches, nor of their return", async () => {
    const world = makeWorld();
    world.heard();
    for (let day = 0; day < 6; day++) await world.after(DAY);
    world.heard(HOST, "ipv6", { isUnwatched: true });
    for (let day = 0; day < 40; day++) await world.after(DAY);
    expect(subjects(world.told)).toEqual(["1 late"]);
    expect(world.hosts.get(HOST)?.told).toBe(null);
  });

  it("shows in a dry run what it would tell, and changes nothing", async () => {
    const world = makeWorld();
    world.heard();
    world.now += 5 * DAY;
    expect((await world.run(true)).digest?.subject).toBe("lambda-ddns: 1 late");
    expect(world.told).toEqual([]);
    expect(world.hosts.get(HOST)?.told).toBe(null);
    expect((await world.run()).told).toBe(1);
    expect((await world.run(true)).digest).toBe(null);
  });

  it("gives its marks back when the topic does not take the digest, and says so", async () => {
    const world = makeWorld();
    world.heard();
    world.fail = async (call) => (call === "tell" ? "busy" : null);
    expect(await world.after(5 * DAY)).toMatchObject({ told: 0, fault: "throttled" });
    expect(world.hosts.get(HOST)?.told).toBe(null);
    world.fail = async () => null;
    await world.after(60);
    expect(subjects(world.told)).toEqual(["1 late"]);
  });

  it("leaves to another run what that one is telling, and takes it over when that one died", async () => {
    const world = makeWorld();
    world.heard();
    world.fail = async (call) => {
      if (call === "tell") throw new Error("killed");
      return null;
    };
    await expect(world.after(5 * DAY)).rejects.toThrow("killed");
    world.fail = async () => null;
    await world.after(TELLING_SECONDS - 1);
    expect(world.told).toEqual([]);
    await world.after(1);
    await world.after(60);
    expect(subjects(world.told)).toEqual(["1 late"]);
  });

  it("tells every episode exactly once, whatever runs, fails, dies or comes back", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("run" as const), runs: fc.integer({ min: 1, max: 3 }), at: fc.nat(12) }),
      fc.record({ kind: fc.constant("dies" as const), at: fc.nat(12) }),
      fc.record({ kind: fc.constant("busy" as const), at: fc.nat(12) }),
      fc.record({ kind: fc.constant("heard" as const), host: fc.nat(2) }),
      fc.record({ kind: fc.constant("wait" as const), days: fc.integer({ min: 1, max: 35 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) => oneLife(steps)),
      {
        numRuns: 300,
      },
    );
  });
});

it("reads whatever stands in `told` without failing", () => {
  const run = { id: "run", nowSeconds: START };
  const never = [{ family: null, class: "never", address: null, lastContactSeconds: null } as const];
  const texts = fc.oneof(fc.string(), fc.json(), fc.constant('{"problems":{"ipv4":"ok","x":1},"by":1}'));
  fc.assert(
    fc.property(texts, (text) => void expect(["tell", "nothing"]).toContain(nextStep(text, never, run).kind)),
  );
});

type LifeStep =
  | { kind: "run"; runs: number; at: number }
  | { kind: "dies" | "busy"; at: number }
  | { kind: "heard"; host: number }
  | { kind: "wait"; days: number };

/** Plays `steps`, then a run without faults; the classes told must tell the same story as the classes that were. */
async function oneLife(steps: readonly LifeStep[]): Promise<void> {
  const world = makeWorld();
  const names = ["a", "b", "c"].map((name) => `${name}.dyn.example.com`);
  for (const name of names) world.heard(name);
  let mayRepeat = false;
  for (const one of steps) {
    world.now += TELLING_SECONDS;
    if (one.kind === "heard") world.heard(names[one.host]);
    if (one.kind === "wait") world.now += one.days * DAY;
    let calls = 0;
    world.fail = async (call) => {
      await Promise.resolve();
      if (one.kind === "run" || !("at" in one) || calls++ !== one.at) return null;
      // Told, and not yet confirmed: the one place where a second telling cannot be told from a first.
      if (call === "told" || (call === "swap" && world.told.length > toldBefore)) mayRepeat = true;
      if (one.kind === "dies") throw new Error("killed");
      return call === "told" ? null : "busy";
    };
    const toldBefore = world.told.length;
    const runs = Array.from({ length: one.kind === "run" ? one.runs : 1 }, () => world.run());
    await Promise.allSettled(runs);
  }
  world.fail = async () => null;
  await world.after(TELLING_SECONDS);
  await world.run();
  for (const name of names) {
    const lines = world.told.flatMap(({ text }) => classesTold(text, name));
    const repeats = lines.filter((line, index) => line === lines[index - 1]);
    if (!mayRepeat) expect(repeats).toEqual([]);
    expect(decodeTold(world.hosts.get(name)?.told ?? null).telling).toBe(null);
    const [problem = "ok"] = Object.values(decodeTold(world.hosts.get(name)?.told ?? null).problems);
    expect(lines.at(-1) ?? "ok").toBe(problem);
  }
}

/** The class under which a digest names a host. */
function classesTold(text: string, name: string): string[] {
  const titles = { Late: "late", Gone: "gone", Back: "ok" };
  return text.split("\n\n").flatMap((section) => {
    const title = Object.entries(titles).find(([word]) => section.startsWith(word));
    return section.includes(`  ${name} `) ? [title?.[1] ?? "?"] : [];
  });
}

describe("the digest", () => {
  const change = (hostname: string) => ({
    hostname,
    owner: null,
    before: "ok" as const,
    health: { family: "ipv4", class: "late", address: "176.32.100.36", lastContactSeconds: START } as const,
  });

  it("is short however many hosts fell silent, and its subject is one that SNS takes", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => change(`h${index}.dyn.example.com`));
    const digest = digestOf(many, START + 5 * DAY);
    expect(digest?.text.length).toBeLessThan(30_000);
    expect(digest?.text).toContain("and 99800 more: `lambda-ddns-admin list --problems`");
    expect(digest?.subject).toMatch(/^[ -~]{1,99}$/);
  });

  it("lets no control character of an owner or a name through", () => {
    const text = digestOf([{ ...change("a\nb"), owner: "x\x1b[2J" }], START)?.text ?? "";
    expect(text).toContain("a?b");
    expect(text).not.toContain("\x1b");
  });

  it("is nothing where nothing changed", () => expect(digestOf([], START)).toBe(null));
});
