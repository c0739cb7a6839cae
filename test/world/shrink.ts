// Makes a life in which a law is broken as short as it can be while the same law is still broken.
import type { Life } from "./life.ts";
import { live } from "./live.ts";

/** Lives that may be spent on it. */
const MOST_TRIES = 150;

export function shrink(life: Life, law: string): Life {
  let tries = 0;
  const breaks = (smaller: Life): boolean => {
    tries += 1;
    return tries <= MOST_TRIES && live(smaller).broken?.law === law;
  };
  let best = life;
  for (const simpler of SIMPLER) {
    const candidate = { ...best, ...simpler(best) };
    if (breaks(candidate)) best = candidate;
  }
  for (let size = Math.ceil(best.events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.events.length && tries < MOST_TRIES; ) {
      const events = [...best.events.slice(0, at), ...best.events.slice(at + size)];
      if (breaks({ ...best, events })) best = { ...best, events };
      else at += size;
    }
  }
  return best;
}

const SIMPLER: readonly ((life: Life) => Partial<Life>)[] = [
  ({ sections }) => ({ sections: sections.slice(0, 1) }),
  ({ sections }) => ({ sections: sections.slice(0, 2) }),
  ({ sections, events }) => ({
    wanb: null,
    sections: sections.map((one) => ({ ...one, interface: "wan" })),
    events: events.filter((event) => !("line" in event) || event.line === "wan"),
  }),
  () => ({ amazon: true }),
  () => ({ clockAfter: 0 }),
  () => ({ curl: true, uclient: "", mwan3: false }),
  () => ({ finale: "silence" }),
  ({ sections }) => ({ sections: sections.map((one) => ({ ...one, hostnames: one.hostnames.slice(0, 1) })) }),
  ({ sections }) => ({ sections: sections.map((one) => ({ ...one, family: "ipv4", ipSource: "auto" })) }),
];
