// Runs once before every test run: provisions the native qjs so that workers only look it up; refuses nothing, suites report what is missing.
import { findQjs } from "../../build/qjs.ts";

/** Vitest's global setup: the workers inherit $QJS. */
export function setup(): void {
  const found = findQjs();
  if ("path" in found) process.env["QJS"] = found.path;
}
