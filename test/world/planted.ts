// Faults to plant in the client, one at a time: each a line of it and what stands there instead. Something here has to notice each.

export interface Planted {
  what: string;
  file: string;
  from: string;
  to: string;
  /** The test of the bundle that notices it, where neither the table nor a life can. */
  test?: string;
}

const plant = (what: string, file: string, from: string, to: string): Planted => ({
  what,
  file: `src/client/${file}.ts`,
  from,
  to,
});

/** What an answer to a question depends on (sharingKey). */
const KEY = "url, service.family, detection.device, service.cacert, service.httpClient";

export const PLANTED: readonly Planted[] = [
  plant("no cooldown", "core/plan", "state.sentAt + COOLDOWN_SECONDS", "0"),
  plant(
    "waits are not kept",
    "core/plan",
    "occasion.now >= state.notBefore || skipsWait(",
    "occasion.now >= 0 || skipsWait(",
  ),
  plant("doubt is not heeded", "core/plan", "state.inDoubt ? null : state.published", "state.published"),
  plant("nothing is ever refreshed", "core/plan", "occasion.now >= due ? null", "false ? null"),
  plant(
    "a hidden address is not asked about",
    "core/plan",
    'if (detection.kind === "private") return "private";',
    "",
  ),
  plant(
    "an event within the cooldown is forgotten",
    "core/plan",
    " && !addressChanged(state, detection);",
    ";",
  ),
  plant(
    "busy is skipped by a new address",
    "core/policy",
    "waits: [1, 5, 15, 60], skippedBy: []",
    'waits: [1, 5, 15, 60], skippedBy: ["address"]',
  ),
  plant("a refusal is hammered", "core/policy", "waits: [60, 120, 240, 360]", "waits: [5]"),
  plant(
    "a refusal waits for a new address too",
    "core/policy",
    'skippedBy: ["address", "manual"]',
    'skippedBy: ["manual"]',
  ),
  plant("Retry-After is not honoured", "core/policy", "failure.retryAfter === undefined", "true"),
  plant("an outage is hammered", "core/policy", "waits: [1, 2, 5, 10, 20, 30, 60]", "waits: [1, 2, 5]"),
  plant("the mark leaves no doubt", "core/settle", "sentAt: now, inDoubt: true", "sentAt: now"),
  plant("the mark forgets the time", "core/settle", "sentAt: now, inDoubt: true", "inDoubt: true"),
  plant("a failed set leaves no doubt", "core/settle", "before.inDoubt || outcome.inDoubt", "false"),
  plant("failures are not counted", "core/settle", "before.failures + 1 : 1", "1 : 1"),
  plant("an answered address is not kept", "core/settle", "    published,\n", ""),
  plant(
    "a changed section forgets the cooldown",
    "core/settle",
    "...freshState(), sentAt: before.sentAt,",
    "...freshState(),",
  ),
  plant("a changed section is not noticed", "app/observe", "kept.stamp !== stamp", "false"),
  plant(
    "nothing is saved before a byte leaves",
    "app/attempt",
    "  saveState(host, context.service, mark(before, beganAt, detection));\n",
    "",
  ),
  plant("nothing is saved after an answer", "app/attempt", "  saveState(host, service, after);\n", ""),
  ...["url", "service.family", "detection.device", "service.cacert", "service.httpClient"].map((member) => ({
    ...plant(
      `${member} is no part of what an answer depends on`,
      "app/attempt",
      `JSON.stringify([${KEY}])`,
      "",
    ),
    to: `JSON.stringify([${KEY.replace(member, "0")}])`,
    test: "test/app/sharing.test.ts",
  })),
  plant("the timer is never moved", "app/schedule", "if (sooner || later) {", "if (host.root) {"),
  plant(
    "the timer is never moved back",
    "app/schedule",
    'delay > registered && command.trigger === "timer"',
    "false",
  ),
  plant("a memo holds for ever", "fast-path", "memo.at <= now && now < memo.until", "memo.at <= now"),
  plant(
    "a memo does not look at addresses",
    "fast-path",
    'ended === "exit" && code === 0 && withoutCounters(stdout) === memo.dump',
    'ended === "exit" && code === 0',
  ),
  plant(
    "a memo does not look at files",
    "fast-path",
    "if (stampOf(host, path) !== memo.files[path]) return false;",
    ";",
  ),
  plant(
    "a trouble stops the others",
    "app/update",
    "if (!(error instanceof HostError)) throw error;\n    log.say",
    "throw error;\n    log.say",
  ),
  plant("deprecated addresses are published", "detect/detect", 'if (preferred <= 0) return "unusable";', ""),
  plant(
    "shared addresses are published",
    "detect/detect",
    'if (scope === "public") return "publishable";',
    'if (scope === "public" || scope === "cgnat") return "publishable";',
  ),
  plant("any line's address is taken", "detect/detect", "one.up && shares(one, line) &&", "one.up &&"),
  plant(
    "what the service tells is believed",
    "exchange/exchange",
    "if (trouble || !seen) return",
    "if (!seen) return",
  ),
  plant(
    "NAT is not discovered",
    "exchange/exchange",
    'status === 401 && phase === "direct"',
    'status === 499 && phase === "direct"',
  ),
  plant(
    "any way out is taken for the line's own",
    "detect/egress",
    "!mwan3 && route === device",
    "!mwan3 && route",
  ),
  plant(
    "what may speak of another line is asked",
    "app/send",
    'egress?.kind === "none" && call.mode === "get"',
    'egress?.kind === "none" && call.mode === "put"',
  ),
  plant(
    "requests are not bound to their line",
    "app/send",
    "{ device: egress.device, wrapper: [] }",
    '{ device: "", wrapper: [] }',
  ),
  plant(
    "a 201 without a body is a failure",
    "exchange/interpret",
    'status === 201 && mode === "set" && response.bodyHidden',
    "false",
  ),
  plant(
    "any 200 is a success",
    "exchange/interpret",
    'accepted && answer?.status === "success"',
    "accepted && answer",
  ),
  plant(
    "the token stands in argv",
    "http/uclient-fetch",
    '"--post-file=/proc/self/fd/0"',
    '["--post-data=", body].join("")',
  ),
  plant(
    "the secret stands in a log line",
    "app/attempt",
    "say(outcomeLevel(outcome), service, outcomeLine(",
    "say(outcomeLevel(outcome), service, service.secret + outcomeLine(",
  ),
];
