// What vitest's JSON report tells of a run; refuses to count a test that says nothing of itself.

/** What this reads of the report. A suite that cannot run here has the reason in its name: `… [skipped: reason]`. */
export interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: readonly { assertionResults: readonly { ancestorTitles: readonly string[] }[] }[];
}

/** Why suites were skipped, each reason once. */
export function skipReasons({ testResults }: Report): string[] {
  const titles = testResults.flatMap((file) => file.assertionResults.flatMap((one) => one.ancestorTitles));
  const reasons = titles.map((title) => / \[skipped: (.*)\]$/s.exec(title)?.[1]);
  return [...new Set(reasons.flatMap((reason) => reason?.replaceAll("\n", " ") ?? []))];
}
