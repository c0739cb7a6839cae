// What the client has to decide, as rules in plain words: the first that applies counts. Written without a look at the plan's code.
import type { Detection } from "../../src/client/core/detection.ts";
import type { Decision, Occasion, Service, ServiceState } from "../../src/client/core/types.ts";

/** What a rule looks at. */
export interface Facts {
  service: Service;
  state: ServiceState;
  detection: Detection;
  occasion: Occasion;
}

interface Rule {
  name: string;
  applies: (facts: Facts) => boolean;
  decide: (facts: Facts) => Decision;
}

/** "skipped by" of the table of waits; "address" is a new WAN address. */
const SKIPPED_BY: Record<string, string> = {
  offline: "address boot reload manual",
  unsure: "address boot reload manual",
  untrusted: "address boot reload manual clock",
  busy: "",
  broken: "reload manual",
  refused: "address manual",
  local: "reload manual boot",
};

const NEVER = Number.POSITIVE_INFINITY;

const shown = ({ detection }: Facts) => ("address" in detection ? detection.address.text : null);
const addressChanged = (facts: Facts) => shown(facts) !== null && shown(facts) !== facts.state.detected;

const calmEnds = ({ state }: Facts) => (state.sentAt === null ? 0 : state.sentAt + 30);

/** When the wait after the last failure ends; 0 where there is none or something skips it. */
function waitEnds(facts: Facts): number {
  const { state, occasion } = facts;
  if (!state.lastFailure) return 0;
  const skips = (SKIPPED_BY[state.lastFailure.kind] ?? "").split(" ");
  if (skips.includes(occasion.trigger) || (addressChanged(facts) && skips.includes("address"))) return 0;
  return state.notBefore;
}

/** Who can tell the public address. */
function teller({ service, state, detection }: Facts): "service" | "router" | "nobody" {
  if (service.ipSource === "web") return "service";
  if (detection.kind === "publishable")
    return service.ipSource === "auto" && state.behindNat ? "service" : "router";
  return detection.kind === "private" && service.ipSource === "auto" ? "service" : "nobody";
}

const refreshAt = ({ service, state }: Facts) =>
  service.forceSeconds === 0 ? NEVER : state.publishedAt + service.forceSeconds;

const mustSend = (facts: Facts) =>
  facts.state.inDoubt || facts.occasion.force || facts.occasion.now >= refreshAt(facts);

/** Whether the zone is to be written though the service may believe that it holds the address. */
const mustRefresh = (facts: Facts) =>
  facts.occasion.force || (facts.state.published !== null && facts.occasion.now >= refreshAt(facts));

function sendReason(facts: Facts) {
  const { state } = facts;
  const again = state.lastFailure !== null && state.detected === shown(facts);
  if (state.inDoubt || again) return "retry";
  if (state.published === null) return "first";
  return state.published === shown(facts) ? "forced" : "changed";
}

function askReason({ service, detection }: Facts) {
  if (service.ipSource === "web") return "web";
  return detection.kind === "private" ? "private" : "behind-nat";
}

const rest = (until: number, why: Extract<Decision, { kind: "rest" }>["why"]): Decision => ({
  kind: "rest",
  until,
  why,
});

export const RULES: readonly Rule[] = [
  {
    name: "a line that is down waits for an event",
    applies: ({ detection }) => detection.kind === "down",
    decide: () => rest(NEVER, "down"),
  },
  {
    name: "an address that is still checked for duplicates is looked at again in a minute",
    applies: ({ detection }) => detection.kind === "tentative",
    decide: ({ occasion }) => rest(occasion.now + 60, "tentative"),
  },
  {
    name: "a question that would leave by another way waits for an event",
    applies: (facts) => teller(facts) === "service" && facts.detection.egress?.kind === "none",
    decide: () => rest(NEVER, "egress"),
  },
  {
    name: "an address that is not fit waits for an event",
    applies: (facts) => teller(facts) === "nobody" && shown(facts) !== null,
    decide: () => rest(NEVER, "unfit"),
  },
  {
    name: "no address waits for an event",
    applies: (facts) => teller(facts) === "nobody",
    decide: () => rest(NEVER, "down"),
  },
  {
    name: "the published address rests until it is refreshed",
    applies: (facts) =>
      teller(facts) === "router" && facts.state.published === shown(facts) && !mustSend(facts),
    decide: (facts) => rest(refreshAt(facts), "unchanged"),
  },
  {
    name: "a question that was answered rests until the next check",
    applies: (facts) =>
      teller(facts) === "service" &&
      facts.occasion.trigger === "timer" &&
      facts.state.published !== null &&
      !facts.state.inDoubt &&
      facts.state.lastFailure === null &&
      !addressChanged(facts) &&
      facts.occasion.now < (facts.state.sentAt ?? 0) + facts.occasion.checkSeconds,
    decide: ({ state, occasion }) => rest((state.sentAt ?? 0) + occasion.checkSeconds, "unchanged"),
  },
  {
    name: "a wait that outlasts the cooldown holds back",
    applies: (facts) => waitEnds(facts) > Math.max(facts.occasion.now, calmEnds(facts)),
    decide: (facts) => rest(waitEnds(facts), "waiting"),
  },
  {
    name: "the cooldown holds back whatever wakes us",
    applies: (facts) => calmEnds(facts) > facts.occasion.now,
    decide: (facts) => rest(calmEnds(facts), "cooldown"),
  },
  {
    name: "who cannot know asks",
    applies: (facts) => teller(facts) === "service",
    decide: (facts) => ({
      kind: "ask",
      why: askReason(facts),
      unless: mustSend(facts) ? null : facts.state.published,
      refresh: mustRefresh(facts),
    }),
  },
  {
    name: "who knows sends",
    applies: ({ detection }) => "address" in detection,
    decide: (facts) => {
      const { detection } = facts;
      if (!("address" in detection)) throw new Error("nothing to send");
      return {
        kind: "send",
        address: detection.address,
        why: sendReason(facts),
        refresh: mustRefresh(facts),
      };
    },
  },
];

/** The rule that applies, and what it demands. */
export function demanded(facts: Facts): { rule: string; decision: Decision } {
  const rule = RULES.find(({ applies }) => applies(facts));
  if (!rule) throw new Error("no rule applies");
  return { rule: rule.name, decision: rule.decide(facts) };
}
