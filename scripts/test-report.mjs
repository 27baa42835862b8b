/**
 * Reads vitest's JSON report. As a program, `node scripts/test-report.mjs REPORT STATUS [REPORT STATUS]…` prints a summary of several runs for
 * CI: each failure, then a last line "N passed, N failed". It exits with 1 unless in each run tests ran, all of them passed, and STATUS, the
 * exit code of the whole run, is 0.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Counts the tests, the skipped ones by reason. A skipped test whose title passed elsewhere in the same file was left out for one of
 * several backends, to which it does not apply: it counts as `elsewhere`, not as skipped.
 */
export function readReport(file) {
  const report = parsed(file);
  if (!report) return { passed: 0, failed: 0, elsewhere: 0, skipped: new Map(), secondTry: [] };
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
  return { passed: report.numPassedTests, failed: report.numFailedTests, elsewhere, skipped, secondTry: report.secondTry ?? [] };
}

/** Where the second try of the failed files is reported, and the errors that no test caught. */
export const secondReport = (file) => `${file}.second.json`;
export const unheardReport = (file) => `${file}.unheard.json`;

/** The stacks of errors that no test caught; undefined if the run did not come to its end. */
export const unheardErrors = (file) => parsed(unheardReport(file));

/** What failed: `{ file, tests: [{ name, message }] }`. A file that could not be loaded has no tests, but a message. */
export function failures(file) {
  return (parsed(file)?.testResults ?? [])
    .filter(({ status }) => status === 'failed')
    .map(({ name, message, assertionResults }) => ({
      file: name,
      message,
      tests: assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => ({ name: fullName, message: failureMessages.join('\n') })),
    }));
}

/** Puts the second try of the failed files in the place of the first. What passed only then is kept under `secondTry`. */
export function takeSecondTry(file) {
  const [report, second] = [parsed(file), parsed(secondReport(file))];
  if (!report || !second) return;
  const again = new Map(second.testResults.map((result) => [result.name, result]));
  report.secondTry = failures(file).flatMap(({ file: name, message, tests }) =>
    again.get(name)?.status === 'passed' ? (tests.length > 0 ? tests : [{ name, message }]) : [],
  );
  report.testResults = report.testResults.map((result) => again.get(result.name) ?? result);
  const count = (wanted) =>
    report.testResults.flatMap((result) => result.assertionResults).filter(({ status }) => status === wanted).length;
  [report.numPassedTests, report.numFailedTests] = [count('passed'), count('failed')];
  writeFileSync(file, JSON.stringify(report));
}

function parsed(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Says what failed, and what passed at the second try only, each with the beginning of its message. */
function tell(file) {
  const lines = (message) => message.split('\n').filter((line) => !line.includes('/node_modules/'));
  const start = (message) => lines(message).slice(0, 12).join('\n  ').slice(0, 1_500);
  for (const { name, message } of readReport(file).secondTry) console.log(`passed at the second try only: ${name}\n  ${start(message)}`);
  for (const { file: name, message, tests } of failures(file)) {
    if (tests.length === 0) console.log(`could not be loaded: ${name}\n  ${start(message)}`);
    for (const test of tests) console.log(`failed: ${test.name}\n  ${start(test.message)}`);
  }
  for (const error of unheardErrors(file) ?? []) console.log(`no test caught: ${start(error)}`);
}

/** The counts in one line. */
export function summary({ passed, failed, skipped, secondTry }) {
  const count = [...skipped.values()].reduce((sum, one) => sum + one, 0);
  const why = [...skipped].map(([reason, times]) => `${times}: ${reason}`).join('; ');
  const again = secondTry.length > 0 ? `; ${secondTry.length} passed at the second try only` : '';
  return `${passed} passed, ${failed} failed, ${count} skipped${why && ` (${why})`}${again}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runs = [];
  for (let at = 2; at < process.argv.length; at += 2) {
    tell(process.argv[at]);
    runs.push({ ...readReport(process.argv[at]), status: process.argv[at + 1] });
  }
  let passed = 0;
  let failed = 0;
  for (const run of runs) {
    const skipped = [...run.skipped.values()].reduce((sum, one) => sum + one, 0);
    const otherFailures = (run.status !== '0' && run.failed === 0) || run.passed === 0 ? 1 : 0;
    if (skipped > 0) console.log(`no test may be skipped here: ${summary(run)}`);
    if (otherFailures > 0)
      console.log('no test ran, a check failed, a test file could not be loaded, or no test caught an error: see above');
    passed += run.passed;
    failed += run.failed + skipped + otherFailures;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
