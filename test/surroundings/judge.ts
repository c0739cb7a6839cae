// What is right in given surroundings, by the recorded expectations: which address may be published for a row, and with how many
// requests. Complaints come in words, one line each.
import { deviceOf, hasMwan3, type Row, type Surrounding } from "./data.ts";
import type { Request } from "./internet.ts";
import { boundExit, seenOver, unboundExit } from "./kernel.ts";
import type { Setup } from "./router.ts";

/** What is due for a row with the programs that are installed. */
export interface Due {
  /** Addresses of which one has to be published; empty: none has to be. */
  must: readonly string[];
  /** Addresses that may be published, those included. */
  may: readonly string[];
  /** Those among them that the router itself has. */
  own: readonly string[];
  /** The requests that the first look needs, or how many it may make where several ways are right. */
  first: readonly string[] | number;
}

/** The devices of a row's interface: its own, and those of the tunnels that netifd makes of it (DS-Lite, 464XLAT). */
function devicesOf(given: Surrounding, name: string): string[] {
  const tunnels = given.dump.interface.filter((one) => one.interface.startsWith(`${name}_`));
  const names = [name, ...tunnels.map((one) => one.interface)];
  return names.map((one) => deviceOf(given, one)).filter((device) => device !== "");
}

/** The device by which a question provably leaves by the row's own interface; null where nothing proves it. */
function provenWay(given: Surrounding, { programs }: Setup, { interface: name, family }: Row): string | null {
  const [device] = devicesOf(given, name);
  if (!device) return null;
  if (programs.includes("curl") || hasMwan3(given)) return boundExit(given, family, device);
  return programs.includes("ip") && unboundExit(given, family) === device ? device : null;
}

/** What may be right for a row besides its address. */
interface Facts {
  /** The router's own addresses that are right. */
  own: readonly string[];
  /** Those of them that are right besides the row's. */
  others: readonly string[];
  /** What the service sees over the row's line, however a request gets there. */
  told: readonly string[];
  /** What it sees of a question that provably leaves there: one address, or none. */
  answer: readonly string[];
}

function factsOf(given: Surrounding, setup: Setup, row: Row): Facts {
  const { publish, family, acceptable = [] } = row;
  const seen = (device: string) => seenOver(given, family, device, setup.choice);
  const devices = devicesOf(given, row.interface);
  const way = provenWay(given, setup, row);
  // What the kernel may take as source on a device is right for each interface that lives there.
  const kin = given.expect.filter(
    (one) => one.family === family && deviceOf(given, one.interface) === devices[0],
  );
  const ifSeen = publish === null ? [] : kin.flatMap((one) => one.acceptable_if_seen ?? []);
  const others = [...acceptable.filter((one) => one !== null), ...ifSeen];
  return {
    own: publish === null ? others : [publish, ...others],
    others,
    told: devices.filter((device) => boundExit(given, family, device) !== null).map(seen),
    answer: way === null ? [] : [seen(way)],
  };
}

export function dueFor(given: Surrounding, setup: Setup, row: Row): Due {
  const facts = factsOf(given, setup, row);
  if (setup.ipSource === "web") return dueAsked(facts, row.publish !== null || row.ask);
  if (row.publish !== null) return dueOwn(given, setup, row, facts);
  const lenient = row.acceptable_ask ?? false;
  if (setup.ipSource !== "network" && row.ask && row.acceptable_ask !== false) return dueAsked(facts, true);
  return dueNothing(facts, setup.ipSource !== "network" && (row.ask || lenient));
}

/** The service has to be asked. `needed`: and the answer published where it can be had. */
function dueAsked({ own, others, told, answer }: Facts, needed: boolean): Due {
  const must = needed ? answer : [];
  const sure = must.length > 0 && others.length === 0;
  return { must, may: [...told, ...own], own, first: sure ? ["get 200", "set 201"] : 2 };
}

/** Nothing has to be published. `mayAsk`: it is no mistake to ask. */
function dueNothing({ own, others, told }: Facts, mayAsk: boolean): Due {
  const most = mayAsk || others.length > 0 ? 2 : 0;
  return { must: [], may: mayAsk ? [...told, ...others] : others, own, first: most };
}

/** The router has an address to publish: one request where that is what the service sees. */
function dueOwn(given: Surrounding, setup: Setup, row: Row, { own, others, answer }: Facts): Due {
  const exit = unboundExit(given, row.family);
  const seen = answer[0] ?? (exit === null ? null : seenOver(given, row.family, exit, setup.choice));
  const sure = seen === row.publish && others.length === 0;
  // Where the service sees another address of ours than the one that is tried, it takes a question to find out.
  const unasked = setup.ipSource === "network" || answer.length === 0;
  const must = row.acceptable?.includes(null) || (unasked && !sure) ? [] : own;
  return { must, may: own, own, first: sure ? ["set 201"] : 3 };
}

/** What is wrong with the address that is published, or null. */
export function judgeAddress(
  given: Surrounding,
  row: Row,
  due: Due,
  published: string | null,
): string | null {
  const right = [...new Set(due.may)].join(" or ");
  if (published === null) return due.must.length > 0 ? `nothing is published, not ${right}` : null;
  if (due.may.includes(published)) return null;
  const devices = given.dump.interface.map((one) => deviceOf(given, one.interface));
  const out = devices.filter((device) => boundExit(given, row.family, device) !== null);
  const owner = out.find((device) => seenOver(given, row.family, device) === published);
  const whose = owner ? `, which the service sees over ${owner}` : "";
  return `${published} is published${whose}, not ${right || "nothing"}`;
}

const inWords = (requests: readonly Request[]): string[] =>
  requests.map(({ mode, status }) => `${mode} ${status}`);

/** What is wrong with the requests of the first look, or null. */
export function judgeFirst({ first }: Due, requests: readonly Request[]): string | null {
  const words = inWords(requests);
  const said = words.join(", ") || "no request";
  if (typeof first === "number") return words.length > first ? `${said}, at most ${first} are due` : null;
  return words.join() === first.join() ? null : `${said}, not ${first.join(", ")}`;
}

/** What is wrong with a look in which nothing has changed: nothing is due where the address is the router's own, else a question. */
export function judgeLater(
  { own }: Due,
  published: string | null,
  requests: readonly Request[],
): string | null {
  const most = published !== null && own.includes(published) ? 0 : 1;
  const words = inWords(requests);
  const right = words.length <= most && words.every((word) => word.startsWith("get"));
  return published === null || right ? null : `nothing is new, and yet: ${words.join(", ")}`;
}

/** What is wrong with a row's entry in `status --json` after a success, or null. */
export function judgeStatus(
  { own, must }: Due,
  published: string | null,
  shown: Readonly<Record<string, unknown>> | undefined,
): string | null {
  if (published === null) return null;
  const { state, behind_nat: behindNat, published: told } = shown ?? {};
  if (told !== published) return `status shows ${told}, and DNS holds ${published}`;
  if (state !== "ok") return `status is ${state} after a success`;
  const nat = !own.includes(published);
  const sure = !nat || must.includes(published);
  return sure && behindNat !== nat ? `status shows behind_nat ${behindNat} for ${published}` : null;
}
