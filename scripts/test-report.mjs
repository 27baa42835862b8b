/**
 * Reads vitest's JSON report. As a program, `node scripts/test-report.mjs REPORT STATUS [REPORT STATUS]…` prints a summary of several runs for
 * CI, its last line being "N passed, N failed", and exits with 1 unless in each run tests ran, all of them passed, and STATUS, the exit
 * code of the whole run, is 0.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Counts the tests, the skipped ones by reason. A skipped test whose title passed elsewhere in the same file was left out for one of
 * several backends, to which it does not apply: it counts as `elsewhere`, not as skipped.
 */
export function readReport(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, elsewhere: 0, skipped: new Map() };
  }
  const skipped = new Map();
  let elsewhere = 0;
  for (const { assertionResults } of report.testResults) {
    const ran = new Set(assertionResults.filter(({ status }) => status === 'passed').map(({ title }) => title));
    for (const { status, title, ancestorTitles, fullName } of assertionResults) {
      if (status === 'passed' || status === 'failed') continue;
      if (ran.has(title)) {
        elsewhere += 1;
        continue;
      }
      const reason = /\[skipped: ([^\]]+)\]/.exec([...ancestorTitles, title].join(' '))?.[1] ?? `no reason given: ${fullName}`;
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests, elsewhere, skipped };
}

/** The counts in one line. */
export function summary({ passed, failed, skipped }) {
  const count = [...skipped.values()].reduce((sum, one) => sum + one, 0);
  const why = [...skipped].map(([reason, times]) => `${times}: ${reason}`).join('; ');
  return `${passed} passed, ${failed} failed, ${count} skipped${why && ` (${why})`}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runs = [];
  for (let at = 2; at < process.argv.length; at += 2) runs.push({ ...readReport(process.argv[at]), status: process.argv[at + 1] });
  let passed = 0;
  let failed = 0;
  for (const run of runs) {
    const skipped = [...run.skipped.values()].reduce((sum, one) => sum + one, 0);
    const otherFailures = (run.status !== '0' && run.failed === 0) || run.passed === 0 ? 1 : 0;
    if (skipped > 0) console.log(`no test may be skipped here: ${summary(run)}`);
    if (otherFailures > 0) console.log('no test ran, a check other than the tests failed, or a test file could not be loaded: see above');
    passed += run.passed;
    failed += run.failed + skipped + otherFailures;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
