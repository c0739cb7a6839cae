// A router as a reader of the README has it after the installation: the package's files, its init script under the stand-in of procd, a shell to type in; refuses programs that a router does not have.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { scriptContent } from "../../build/package/content.ts";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import { requireQjs } from "../engine/native.ts";
import { processesOf, until } from "../openwrt/processes.ts";
import { unpack } from "../openwrt/router.ts";
import type { Asked, HttpsServer, Reply } from "../stand-ins/https.ts";
import { makeRouter } from "../stand-ins/router.ts";
import { routerShell } from "../stand-ins/shell.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a typed line printed and left. */
export interface Typed {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The router, with `server` behind the name `host`. Its address is fit to publish. */
export function makeReadersRouter(server: HttpsServer, host: string) {
  const programs = ["uci", "ip", "logger", "uclient-fetch", "flock", "mkdir", "mv", "rm", "cat", "readlink"];
  const router = makeRouter({ programs, ca: server.ca, hosts: { [host]: server.port } });
  const { root } = router;
  unpack(root, scriptContent(here("../../dist/lambda-ddns.js")));
  const shell = routerShell().join(" ");
  for (const path of ["etc/rc.common", "lib/functions.sh"])
    router.put(path, readFileSync(here(`../openwrt/router/${path}`), "utf8"));
  const program = (name: string, lines: string): void =>
    router.put(`bin/${name}`, `#!${shell}\nexport STAND_IN_ROOT='${root}'\n${lines}\n`, 0o755);
  program("ubus", `exec ${shell} '${here("../openwrt/programs/ubus")}' "$@"`);
  program("qjs", `exec '${requireQjs()}' "$@"`);
  program("lambda-ddns", `exec '${root}/usr/bin/lambda-ddns' "$@"`);
  program("service", `n=$1 && shift && exec ${shell} '${root}/etc/rc.common' '${root}/etc/init.d/'$n "$@"`);
  program("logread", `[ "$1" = -e ] && exec '${findProgram("grep")}' -e "$2" '${root}/tmp/syslog'`);
  // The system's bundle, as far as this server's authority goes.
  router.control("uclient-fetch", JSON.stringify({ build: "2410", tls: "mbedtls", bundle: router.caPath }));
  const env = { PATH: router.path("bin"), HOME: root, LAMBDA_DDNS_ROOT: root };
  return {
    ...router,
    /** Types one line into the router's shell and waits for everything that it started. */
    type: (line: string): Promise<Typed> => type(line, env, root),
  };
}

async function type(line: string, env: Record<string, string>, root: string): Promise<Typed> {
  const [shell, ...words] = routerShell();
  const child = spawn(shell, [...words, "-c", line], { env, stdio: ["ignore", "pipe", "pipe"] });
  const typed: Typed = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (more) => {
    typed.stdout += more;
  });
  child.stderr.on("data", (more) => {
    typed.stderr += more;
  });
  [typed.code] = await once(child, "close");
  // A process shows no environment for a moment while it becomes another program: seen once is not enough.
  let quiet = 0;
  await until(() => {
    quiet = processesOf(root).length === 0 ? quiet + 1 : 0;
    return quiet === 3;
  });
  return typed;
}

/** The service that knows one host, as far as a router can tell. */
export function serviceFor(hostname: string, secret: string, caller: string): (asked: Asked) => Reply {
  return ({ body }) => {
    const { execution_mode: mode, ddns_hostname: name, validation_hash: token } = JSON.parse(body);
    const say = (status: number, message: string): Reply => ({
      status,
      body: encodeAnswer(status < 300 ? "success" : "fail", message, "request-1"),
    });
    if (mode === "get") return say(200, caller);
    const right = name === hostname && token === makeToken(caller, hostname, secret);
    return right ? say(201, `${name} has been updated to ${caller}`) : say(401, "refused");
  };
}
