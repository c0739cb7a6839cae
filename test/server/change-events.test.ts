// Change events: which stream records are changes, that no secret leaves with one, and how a batch is delivered.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChangeTarget, type Delivery, deliver, MOST_WAIT_SECONDS } from "../../src/server/deliver.ts";
import { type ChangeMessage, messagesOf } from "../../src/server/events.ts";
import { encodeState, type FamilyState } from "../../src/server/state.ts";
import { ADDRESS, HOST, IPV6, OTHER_ADDRESS } from "./world.ts";

const ID = "3f2b8c1e-0000-4000-8000-000000000001";
const SECRET = "correct_horse_battery_staple";

function state(change: Partial<FamilyState> = {}): string {
  const times = { atSeconds: 1_800_000_000, minuteSeconds: 1_800_000_000 };
  const rest = { address: ADDRESS, was: OTHER_ADDRESS, target: "Z1/60", writer: ID, changes: 1 };
  return encodeState({ phase: "confirmed", ...rest, ...times, ...change });
}

interface RecordParts {
  host?: string;
  sequence?: string;
  before?: Record<string, string | null>;
  after?: Record<string, string | null>;
}

/** A record of the table's stream, as AWS documents it. */
function streamRecord({ host = HOST, sequence = "100", before = {}, after = {} }: RecordParts) {
  const image = (texts: Record<string, string | null>) =>
    Object.fromEntries(
      Object.entries({ hostname: host, data: `{"shared_secret":"${SECRET}"}`, ...texts }).flatMap(
        ([name, text]) => (text === null ? [] : [[name, { S: text }]]),
      ),
    );
  return {
    eventID: "e1",
    eventName: "MODIFY",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-west-1",
    dynamodb: {
      ApproximateCreationDateTime: 1_800_000_000,
      Keys: { hostname: { S: host } },
      NewImage: image(after),
      OldImage: image(before),
      SequenceNumber: sequence,
      SizeBytes: 700,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
    eventSourceARN: "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2027-01-15T08:00:00.000",
  };
}

const confirming = (parts: RecordParts = {}, change: Partial<FamilyState> = {}) =>
  streamRecord({
    before: { a_state: state({ phase: "pending", ...change }) },
    after: { a_state: state(change) },
    ...parts,
  });

describe("messagesOf", () => {
  it("tells of a change: what the documents promise, member by member", () => {
    expect(messagesOf(confirming())).toEqual([
      {
        id: ID,
        type: "published",
        host: HOST,
        family: "ipv4",
        address: ADDRESS,
        was: OTHER_ADDRESS,
        at: "2027-01-15T08:00:00Z",
        sequence: "100",
      },
    ]);
    const first = streamRecord({ after: { aaaa_state: state({ address: IPV6, was: null }) } });
    expect(messagesOf(first)).toMatchObject([{ family: "ipv6", address: IPV6, was: null }]);
  });

  it("has the members that docs/events.md promises", () => {
    const text = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
    const example = JSON.parse(/```json\n(.*?)```/s.exec(text)?.[1] ?? "") as object;
    expect(messagesOf(confirming()).map((message) => Object.keys(message))).toEqual([Object.keys(example)]);
  });

  it.each<[string, unknown]>([
    ["a mark", streamRecord({ after: { a_state: state({ phase: "pending" }) } })],
    ["a refresh", confirming({}, { was: ADDRESS })],
    [
      "an address written again after a crash, in another spelling",
      confirming({}, { address: ADDRESS, was: ADDRESS }),
    ],
    [
      "a rotation",
      streamRecord({ before: { a_state: state() }, after: { a_state: state(), retired_secret: "x" } }),
    ],
    ["a removal", { ...confirming(), dynamodb: { Keys: { hostname: { S: HOST } }, SequenceNumber: "1" } }],
    ["an address of the other family", confirming({}, { address: IPV6 })],
    ["a writer that is no UUID", confirming({}, { writer: SECRET })],
    ["a host with a space", confirming({ host: "a b" })],
    ["no sequence number", confirming({ sequence: "" })],
    ["nothing", undefined],
    ["a text", "record"],
  ])("drops %s", (_name, record) => expect(messagesOf(record)).toEqual([]));

  it("lets no secret out, in a message or a log line, wherever one stands in the images", async () => {
    const members = Object.keys(JSON.parse(state()) as object);
    const attributes = ["data", "retired_secret", "enrol", "owner", "told", "disabled", "a_history", "other"];
    const places = [
      ...members.map((name) => `a_state.${name}`),
      ...members.map((name) => `aaaa_state.${name}`),
    ];
    const chosen = fc.subarray([...attributes, ...places, "a_state.extra", "Keys.extra", "SequenceNumber"]);
    const secrets = fc.constantFrom(SECRET, `${SECRET}1`, `{"shared_secret":"${SECRET}"}`);
    await fc.assert(
      fc.asyncProperty(chosen, secrets, fc.boolean(), async (where, secret, fails) => {
        const record = confirming() as unknown as { dynamodb: Record<string, Record<string, { S: string }>> };
        for (const place of where) plant(record.dynamodb, place, secret);
        const { ports, lines } = makeTarget(fails ? [FAILED] : []);
        await deliver(ports, { Records: [record] });
        expect(JSON.stringify(messagesOf(record)) + lines.join("")).not.toContain(SECRET);
      }),
      { numRuns: 2000 },
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.anything(), (value) => void expect(messagesOf(value)).toEqual([])));
  });
});

function plant(change: Record<string, Record<string, { S: string }>>, place: string, secret: string): void {
  const [attribute = "", name] = place.split(".");
  if (attribute === "SequenceNumber") Object.assign(change, { SequenceNumber: secret });
  for (const image of [change["OldImage"], change["NewImage"], change["Keys"]]) {
    if (!image || attribute === "SequenceNumber") continue;
    const before = image[attribute]?.S ?? state();
    const text =
      name === undefined ? secret : JSON.stringify({ ...(JSON.parse(before) as object), [name]: secret });
    image[attribute] = { S: text };
  }
}

/** A target that takes `atOnce` at a time, and answers with what `answers` holds, then "done". */
function makeTarget(answers: (Delivery | number)[] = [], atOnce = 1) {
  const sent: string[] = [];
  const target: ChangeTarget = {
    atOnce,
    async send(messages: readonly ChangeMessage[]) {
      const answer = answers.shift() ?? { kind: "done" };
      const taken = typeof answer === "number" ? answer : answer.kind === "done" ? messages.length : 0;
      sent.push(...messages.map(({ address }) => address));
      return { taken, delivery: typeof answer === "number" ? FAILED : answer };
    },
  };
  const waits: number[] = [];
  const lines: string[] = [];
  const ports = {
    target,
    wait: async (seconds: number) => void waits.push(seconds),
    log: (line: string) => void lines.push(line),
    now: () => 1_800_000_000_000,
  };
  return { ports, sent, waits, lines };
}

const FAILED: Delivery = { kind: "failed", detail: "the target answered 503", retryAfterSeconds: 10 };

/** Changes to 11.12.14.1, .2 and so on, with sequence numbers 101, 102, … */
const changes = (count: number) => ({
  Records: Array.from({ length: count }, (_, index) =>
    confirming({ sequence: `${101 + index}` }, { address: `11.12.14.${index + 1}` }),
  ),
});

describe("deliver", () => {
  it("sends changes in order, passes over the rest, and reports nothing", async () => {
    const { ports, sent, lines } = makeTarget();
    const event = { Records: [...changes(2).Records, streamRecord({}), "nonsense"] };
    expect(await deliver(ports, event)).toEqual({ batchItemFailures: [] });
    expect(sent).toEqual(["11.12.14.1", "11.12.14.2"]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: "info", event: "delivered", id: ID, host: HOST },
      { level: "info", event: "delivered" },
    ]);
  });

  it("stops at the first that is not taken, waits, and has Lambda begin again there", async () => {
    const { ports, sent, waits, lines } = makeTarget([{ kind: "done" }, FAILED]);
    expect(await deliver(ports, changes(4))).toEqual({ batchItemFailures: [{ itemIdentifier: "102" }] });
    expect(sent).toEqual(["11.12.14.1", "11.12.14.2"]);
    expect(waits).toEqual([10]);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      event: "not-delivered",
      fault: "the target answered 503",
    });
  });

  it("waits as long as it is asked to, within what a call may take", async () => {
    const { ports, waits } = makeTarget([{ ...FAILED, retryAfterSeconds: 3600 }]);
    await deliver(ports, changes(1));
    expect(waits).toEqual([MOST_WAIT_SECONDS]);
  });

  it("begins again at the first of several that was not taken", async () => {
    const { ports, sent } = makeTarget([{ kind: "done" }, 3], 10);
    expect(await deliver(ports, changes(15))).toEqual({ batchItemFailures: [{ itemIdentifier: "114" }] });
    expect(sent).toHaveLength(15);
  });

  it("has every change taken at least once and in order, whatever the target refuses", async () => {
    const answers = fc.array(
      fc.oneof(fc.constant(FAILED), fc.nat(2), fc.constant({ kind: "done" } as const)),
    );
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 3, max: 4 }), async (plan, atOnce) => {
        const { ports, sent } = makeTarget([...plan], atOnce);
        let { Records } = changes(9);
        for (let tries = 0; Records.length > 0; tries++) {
          expect(tries).toBeLessThanOrEqual(plan.length);
          const { batchItemFailures } = await deliver(ports, { Records });
          const from = batchItemFailures[0]?.itemIdentifier;
          Records = Records.slice(Records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === from));
          if (from === undefined) Records = [];
        }
        const firsts = sent.filter((address, index) => sent.indexOf(address) === index);
        expect(firsts).toEqual(Array.from({ length: 9 }, (_, index) => `11.12.14.${index + 1}`));
      }),
    );
  });

  it("takes an event without records for an empty one", async () => {
    const { ports } = makeTarget();
    for (const event of [undefined, {}, { Records: 1 }, []])
      expect(await deliver(ports, event)).toEqual({ batchItemFailures: [] });
  });
});
