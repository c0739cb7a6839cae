// Enrolment: the code of a section becomes its secret, which is kept before anything is published with it.
import { deriveSecret } from "../../protocol/enroll.ts";
import type { Outcome, Service } from "../core/types.ts";
import type { Host } from "../host/port.ts";
import { readConfiguration, runUci } from "./inputs.ts";
import type { Say } from "./log.ts";
import { stateFolder } from "./paths.ts";

/**
 * Enrols `service`, with `ask` as the conversation: the service with its secret, or why there is none. The nonce is saved before
 * it is sent and is the same until reboot, so whoever was killed asks for the same secret again.
 */
export function enroll(
  host: Host,
  service: Service,
  ask: (service: Service) => Outcome,
  say: Say,
): { service: Service; behindNat: boolean } | { outcome: Outcome } {
  // The other family of this section may have enrolled it in this very run.
  const twin = configured(host, service);
  if (twin) return { service: twin, behindNat: false };
  const nonce = nonceFor(host, service);
  if (!nonce) return failed(READ_ONLY);
  const outcome = ask({ ...service, nonce });
  if (outcome.kind === "failed") return { outcome };
  const { section, code, hostname } = service;
  const option = `lambda-ddns.${section}`;
  const secret = deriveSecret(nonce, code, hostname);
  // A folder of changes of our own: were uci killed half-way, nobody would read its half.
  const args = ["-t", `${stateFolder(host)}/uci`, "batch"] as const;
  const { stderr } = runUci(
    host,
    args,
    `set ${option}.secret='${secret}'\ndelete ${option}.code\ncommit lambda-ddns\n`,
  );
  const enrolled = configured(host, service);
  if (enrolled) {
    say("info", service, "enrolled; the code is used and the secret is in /etc/config/lambda-ddns");
    return { service: enrolled, behindNat: outcome.behindNat };
  }
  return failed(`enrolled, but the secret cannot be kept in /etc/config/lambda-ddns: ${stderr.trim()}`);
}

/** Trouble of this router, before or after the enrolment: either way the next try is the same. */
function failed(detail: string): { outcome: Outcome } {
  return { outcome: { kind: "failed", failure: { kind: "local", detail }, inDoubt: false } };
}

const READ_ONLY = "option code needs an /etc/config that can be written, for the secret; nothing was sent";

/** The service as it is configured now, where it has a secret. */
function configured(host: Host, { id }: Service): Service | undefined {
  const config = readConfiguration(host);
  return typeof config === "string"
    ? undefined
    : config.services.find((service) => service.id === id && service.secret !== "");
}

/** 122 random bits from the kernel, made once a section and boot; "" where the secret could not be kept. */
function nonceFor(host: Host, { section }: Service): string {
  const path = `${stateFolder(host)}/${section}:nonce`;
  const kept = host.readText(path);
  if (kept) return kept;
  if (!host.canWriteIn(`${host.root}/etc/config`)) return "";
  const uuid = host.readText(`${host.root}/proc/sys/kernel/random/uuid`) ?? "";
  const nonce = uuid.trim().split("-").join("");
  host.writeText(path, nonce);
  return nonce;
}
