// The laws about what a request may be, as judged while it leaves: waits (5, 6), repeats (3), tokens and lines (7). Changes nothing but the verdict.
// What each number stands for is in the README, under Architecture.
import { type Family, parseAddress } from "../../src/shared/address.ts";
import type { LineName, LineState, Shown } from "./life.ts";
import { isRouted, isTentative, type Request } from "./network.ts";
import { TROUBLE } from "./outcome.ts";
import { tokenOf } from "./service.ts";
import type { Current, Track, Watch } from "./watch.ts";
import { tell, type World } from "./world.ts";

export function brake(world: World, law: string, what: string): void {
  world.watch.broken ??= { law, what, at: world.now };
  tell(world, `LAW ${law} IS BROKEN: ${what}`);
  if (world.run) world.run.dead = true;
}

export function damagesOf({ damages }: Watch, key: string): number {
  return damages.get(key) ?? 0;
}

/** Laws 5 and 6, and the rest of the table of waits. */
export function checkWait(world: World, current: Current, key: string, track: Track, index: number): void {
  const { block } = track;
  const { trigger } = world.run ?? { trigger: "" };
  if (!block) return;
  const line = current.sections[index]?.interface ?? "wan";
  const fresh =
    block.boot !== world.boots ||
    block.section !== current.sectionVersions[index] ||
    block.damages !== damagesOf(world.watch, key);
  const elsewhere = current.lines !== null && block.line !== current.lineVersions[line];
  const { skips } = TROUBLE[block.kind];
  if (fresh || elsewhere || ["boot", "reload", "manual", "clock"].includes(trigger)) track.failed = [];
  if (fresh || block.skipped || skips.includes(trigger) || (elsewhere && skips.includes("address"))) return;
  const waited = (world.now - block.since) / 1000;
  if (waited >= block.least - 0.05) return;
  const law = block.kind === "busy" ? "5" : block.kind === "refused" ? "6" : "waits";
  brake(
    world,
    law,
    `${key}: ${waited} s after '${block.kind}', at least ${block.least} s were due; woken by ${trigger}`,
  );
}

/** All that may be a reason to send again what was acknowledged; another line's change may be one, since it moves the way out. */
export function reasons(
  { boots }: World,
  { sectionVersions, lineVersions }: Current,
  damages: number,
  index: number,
): string {
  return JSON.stringify([boots, damages, sectionVersions[index], lineVersions]);
}

/** Law 3: what was acknowledged is not sent again before its time, where nothing is new and nobody forces it. */
export function checkRepeat(world: World, current: Current, key: string, address: string): void {
  const done = world.watch.tracks.get(key)?.done;
  const attempt = current.attempts.get(key);
  if (!done || !attempt?.section || !current.lines || world.run?.words.includes("--force")) return;
  const { force } = attempt.section;
  // The line may change while the run goes on, which then learns of it from the service.
  const news = address !== done.address && current.told.has(address);
  if (
    news ||
    done.world !== reasons(world, current, damagesOf(world.watch, key), attempt.index) ||
    (force > 0 && world.now >= done.at + force * 1000 - 60_000)
  )
    return;
  brake(
    world,
    "3",
    `${key}: sent again ${(world.now - done.at) / 1000} s after it was acknowledged, and nothing was new`,
  );
}

/** Law 7: a token is only ever made for an address that the line shows or the service told, and that is fit. */
export function checkToken(
  world: World,
  current: Current,
  request: Request,
  hostname: string,
  token: string,
): string {
  const section = current.sections.find((one) => one.hostnames.includes(hostname));
  const own = section && current.lines?.[section.interface];
  const shown = (own?.[request.family] ?? []).filter(({ preferred }) => preferred !== 0);
  const candidates = [...shown.map(({ address }) => address), ...current.told.keys()];
  const found = candidates.find((address) => token === tokenOf(address, hostname, section?.secret ?? ""));
  if (found === undefined) {
    brake(world, "7", `${hostname}: a token for an address that neither line nor service showed`);
  } else if (!isRouted(found) || parseAddress(found)?.family !== request.family) {
    brake(world, "7", `${hostname}: a token for ${found}`);
  } else if (shown.some((one) => isAble(world, one)) && isDeprecated(own, request.family, found)) {
    brake(world, "7", `${hostname}: a token for ${found}, which is deprecated beside another one`);
  } else if (!shown.some(({ address }) => address === found)) {
    checkLine(world, current, section?.interface, found);
  }
  return found ?? "";
}

/** Whether requests can leave from an address, which is not deprecated. */
function isAble(world: World, { address, preferred }: Shown): boolean {
  return preferred !== 0 && isRouted(address) && !isTentative(world, address);
}

function isDeprecated(line: LineState | undefined | null, family: Family, address: string): boolean {
  return line?.[family].some((one) => one.address === address && one.preferred === 0) === true;
}

/** Law 7: what the service sees of another line is not this one's. A change during the run cannot be seen. */
function checkLine(world: World, current: Current, own: LineName | undefined, address: string): void {
  const line = current.told.get(address);
  const sameWorld = JSON.stringify(current.lineVersions) === JSON.stringify(world.lineVersions);
  if (current.lines && sameWorld && line && line !== own)
    brake(world, "7", `a token for ${address}, which the service saw by way of ${line}`);
}
