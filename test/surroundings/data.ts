// The recorded surroundings (test/transcripts/surroundings): what netifd and the kernel show on a router, and what a correct
// client publishes there.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Family } from "../../src/shared/address.ts";

const FOLDER = fileURLToPath(new URL("../transcripts/surroundings/", import.meta.url));

/** Device, destination, prefix length, metric. */
export type Route = readonly [device: string, destination: string, length: number, metric: number];

/** What is right for an interface and a family. */
export interface Row {
  interface: string;
  family: Family;
  /** The router's own address to publish; null: none of them. */
  publish: string | null;
  /** Whether the service has to be asked. */
  ask: boolean;
  why: string;
  /** Other right answers. */
  acceptable?: readonly (string | null)[];
  acceptable_ask?: boolean;
  acceptable_if_published?: readonly string[];
  acceptable_if_seen?: readonly string[];
}

export interface Interface {
  interface: string;
  up: boolean;
  l3_device?: string;
  device?: string;
  "ipv4-address"?: readonly { address: string }[];
  "ipv6-address"?: readonly { address: string }[];
}

export interface Surrounding {
  /** The file's name without its ending. */
  name: string;
  setting: string;
  trap: string;
  dump: { interface: readonly Interface[] };
  routes4: readonly Route[];
  routes6: readonly Route[];
  tables4?: Readonly<Record<string, readonly Route[]>>;
  rules4?: readonly string[];
  if_inet6: readonly (readonly [address: string, device: string, flag: string])[];
  unbound_exit4: readonly string[];
  unbound_exit6: readonly string[];
  expect: readonly Row[];
}

/** All of them, by name. */
export const SURROUNDINGS: readonly Surrounding[] = readdirSync(FOLDER)
  .sort()
  .map((file) => ({
    ...JSON.parse(readFileSync(`${FOLDER}${file}`, "utf8")),
    name: file.replace(".json", ""),
  }));

/** The one whose name begins with `number`. */
export function surrounding(number: string): Surrounding {
  const found = SURROUNDINGS.find(({ name }) => name.startsWith(`${number}-`));
  if (!found) throw new Error(`there are no surroundings number ${number}`);
  return found;
}

/** The device of layer 3 of an interface, "" without one. */
export function deviceOf({ dump }: Surrounding, name: string): string {
  const found = dump.interface.find((one) => one.interface === name);
  return found?.l3_device ?? found?.device ?? "";
}

/** Whether mwan3 is at work there. */
export function hasMwan3({ rules4 = [] }: Surrounding): boolean {
  return rules4.some((rule) => rule.includes("fwmark"));
}
