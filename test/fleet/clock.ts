// Virtual time: whoever sleeps is woken in order of time, and time passes only when everybody sleeps.

export interface Clock {
  /** Milliseconds since the simulation began. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Lets time pass until nobody sleeps any more, or until `untilMs`. */
  run(untilMs: number): Promise<void>;
}

interface Sleeper {
  at: number;
  /** First come, first woken at the same time. */
  order: number;
  wake: () => void;
}

export function makeClock(): Clock {
  const heap: Sleeper[] = [];
  let nowMs = 0;
  let order = 0;
  return {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((wake) => {
        push(heap, { at: nowMs + Math.max(0, Math.round(ms)), order: order++, wake });
      }),
    async run(untilMs) {
      for (;;) {
        // Whoever was woken goes on until they sleep again, through as many promises as that takes.
        await new Promise((done) => setImmediate(done));
        const next = heap[0];
        if (!next || next.at > untilMs) return;
        nowMs = next.at;
        while (heap[0]?.at === nowMs) pop(heap).wake();
      }
    },
  };
}

const isBefore = (a: Sleeper, b: Sleeper) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Sleeper[], one: Sleeper): void {
  let at = heap.length;
  heap.push(one);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Sleeper;
    if (!isBefore(one, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = one;
}

function pop(heap: Sleeper[]): Sleeper {
  const first = heap[0] as Sleeper;
  const last = heap.pop() as Sleeper;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Sleeper, heap[child] as Sleeper)) child++;
    if (!isBefore(heap[child] as Sleeper, last)) break;
    heap[at] = heap[child] as Sleeper;
    at = child;
  }
  heap[at] = last;
  return first;
}
