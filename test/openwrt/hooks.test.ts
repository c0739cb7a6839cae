// The user's hooks as hooks.sh starts them, in busybox ash: their environment, whatever it holds; order; hooks that fail, hang and fork.
import { afterEach, beforeEach, expect } from "vitest";
import { testWith } from "./able.ts";
import { until } from "./processes.ts";
import { link, makeRouter, type Router } from "./router.ts";

const test = testWith("busybox");

let router: Router;
beforeEach(() => {
  router = makeRouter();
  link(router.root, router.path("sbin/hotplug-call"), "hotplug-call");
});
afterEach(() => router.remove());

const NAMES = ["ACTION", "SERVICE", "SECTION", "HOSTNAME", "FAMILY", "ADDRESS", "PREVIOUS", "INTERFACE"];
const EVENT = [
  "published",
  "home:a.example.com:ipv4",
  "home",
  "a.example.com",
  "ipv4",
  "5.6.7.8",
  "1.2.3.4",
  "wan",
];

/** A hook that writes its environment, a line a variable. */
const WRITES = `for name in ${NAMES.join(" ")}; do
	eval "printf '%s=%s;' \\"$name\\" \\"\\$$name\\"" >> "$LAMBDA_DDNS_ROOT/tmp/told"
done
echo >> "$LAMBDA_DDNS_ROOT/tmp/told"
`;
const hook = (name: string, text: string): void => router.write(`etc/hotplug.d/lambda-ddns/${name}`, text);
const call = (...words: string[]) => router.run([router.path("usr/lib/lambda-ddns/hooks.sh"), ...words]);
const told = (words: readonly string[]): string => words.map((word, at) => `${NAMES[at]}=${word};`).join("");

/** The bound on the hooks of one event, in seconds. */
function bound(seconds: number): void {
  const path = "usr/lib/lambda-ddns/functions.sh";
  const text = router.read(path);
  router.write(path, text.replace("ddns_hook_seconds=60", `ddns_hook_seconds=${seconds}`));
  expect(router.read(path)).not.toBe(text);
}

test("each event is told in full, one after another, by every hook in order", async () => {
  hook("20-second", `echo "second $HOSTNAME" >> "$LAMBDA_DDNS_ROOT/tmp/told"\n`);
  hook("10-first", `sleep 0.2\n${WRITES}`);
  const failed = [
    "failed",
    "home:b.example.com:ipv6",
    "home",
    "b.example.com",
    "ipv6",
    "2a02::1",
    "",
    "wan6",
  ];
  expect(call(...EVENT, ...failed)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  await router.idle();
  expect(router.lines("tmp/told")).toEqual([
    told(EVENT),
    "second a.example.com",
    told(failed),
    "second b.example.com",
  ]);
});

test.each([
  ["$(touch tmp/broken)"],
  ["`touch tmp/broken`"],
  ["'; touch tmp/broken; '"],
  ['"; touch tmp/broken; "'],
  ["a\nb\nACTION=evil"],
  ["-n"],
  ["*"],
  ["%s\\n\\t"],
  ["𝒜 é"],
])("a value is only ever a value: %j", async (value) => {
  hook("10-hook", WRITES);
  const event = EVENT.map((word, at) => (at === 0 ? word : value));
  expect(call(...event)).toMatchObject({ code: 0 });
  await router.idle();
  expect(router.read("tmp/told")).toBe(`${told(event)}\n`);
  expect(router.has("tmp/broken")).toBe(false);
});

test("a hook that hangs delays nobody, is ended with all that it started, and the next event is told", async () => {
  bound(1);
  hook(
    "10-hangs",
    `[ "$ACTION" != failed ] || {\n\tsleep 300 &\n\tsleep 300\n}\necho "$ACTION" >> "$LAMBDA_DDNS_ROOT/tmp/told"\n`,
  );
  const { code, milliseconds } = call("failed", ...EVENT.slice(1), ...EVENT);
  expect(code).toBe(0);
  expect(milliseconds).toBeLessThan(900);
  await router.idle();
  expect(router.lines("tmp/told")).toEqual(["published"]);
  expect(router.lines("tmp/syslog")).toEqual([
    "daemon.warn lambda-ddns: the hooks for failed of a.example.com took longer than 1 seconds and were ended",
  ]);
});

test.each([
  ["fails", "exit 3\n"],
  ["does not parse", "if then (\n"],
  ["kills its shell", "kill -9 $$\n"],
])("a hook that %s leaves the next event alone", async (_, text) => {
  hook("10-bad", `[ "$ACTION" = published ] || {\n${text}}\n`);
  hook("20-good", `echo "$ACTION" >> "$LAMBDA_DDNS_ROOT/tmp/told"\n`);
  call("failed", ...EVENT.slice(1), ...EVENT);
  await router.idle();
  expect(router.lines("tmp/told").at(-1)).toBe("published");
});

test("a hook that leaves a process behind is not waited for", async () => {
  hook("10-forks", `sleep 2 > /dev/null 2>&1 &\necho "$ACTION" >> "$LAMBDA_DDNS_ROOT/tmp/told"\n`);
  call(...EVENT, "recovered", ...EVENT.slice(1));
  await until(() => router.lines("tmp/told").length === 2);
  expect(router.lines("tmp/told")).toEqual(["published", "recovered"]);
});

test("whoever calls is not held by a descriptor of his", async () => {
  bound(5);
  hook("10-slow", "sleep 1\n");
  // The shell's pipe would stay open as long as a hook holds it.
  const { milliseconds } = router.run([
    "-c",
    `sh '${router.path("usr/lib/lambda-ddns/hooks.sh")}' ${EVENT.join(" ")} 7>&1 | cat`,
  ]);
  expect(milliseconds).toBeLessThan(900);
  await router.idle();
});

test("without hotplug-call that is said, and the exit status tells", () => {
  router.run(["-c", `rm '${router.path("tmp/bin/hotplug-call")}'`]);
  expect(call(...EVENT)).toMatchObject({ code: 1, stderr: "hotplug-call is missing\n" });
});
