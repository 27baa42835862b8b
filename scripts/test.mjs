/**
 * `npm test`: checks format, types, lint and dead code, then runs every test but the proofs (test/prove). With arguments it only runs tests, and passes the
 * arguments to vitest. TEST_REPORT names the file for vitest's JSON report.
 *
 * If a few files fail, in a full run or in CI, they run once more, with the machine to themselves: a test that passes then had waited too
 * short a time, or lost a race, on a busy machine. The run counts as passed, and names them.
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureReady, root, runTool } from './bootstrap.mjs';
import { endWithNpm } from './started-by-npm.mjs';
import { failures, readReport, secondReport, summary, takeSecondTry, unheardErrors, unheardReport } from './test-report.mjs';

const tool = (name) => path.join(root, 'node_modules', '.bin', name);
const report = path.resolve(root, process.env.TEST_REPORT ?? 'node_modules/.cache/watchpost/test-report.json');
const checks = [
  { what: 'format', command: 'oxfmt', args: ['--check'] },
  { what: 'types', command: 'tsc', args: ['-b'] },
  { what: 'lint', command: 'oxlint', args: ['--type-aware'] },
  { what: 'dead code', command: 'knip', args: ['--no-progress'] },
];

// ONNX Runtime would send usage data; see packages/see/src/no-telemetry.ts. The tests' threads and child processes inherit this.
process.env.ORT_DISABLE_TELEMETRY = '1';
endWithNpm();
await ensureReady();
const failed = [];
const only = process.argv.slice(2);
for (const { what, command, args } of only.length > 0 ? [] : checks) {
  console.log(`\n— ${what}`);
  if ((await runTool(tool(command), args)) !== 0) failed.push(what);
}
console.log('\n— tests');
mkdirSync(path.dirname(report), { recursive: true });
const vitest = (to, files) => {
  for (const file of [to, unheardReport(to)]) rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--reporter=${path.join(root, 'scripts/unheard-errors.mjs')}`];
  const env = { ...process.env, UNHEARD_ERRORS: unheardReport(to) };
  return runTool(tool('vitest'), ['run', ...reporters, `--outputFile.json=${to}`, ...files], { env });
};
rmSync(secondReport(report), { force: true });
// Proofs take minutes: `npm run prove -- tests` runs them.
let passed = (await vitest(report, only.length > 0 ? only : ['--project=!prove'])) === 0;
const mostForSecondTry = 3;
const again = failures(report).map(({ file }) => path.relative(root, file));
const fewFailed = again.length > 0 && again.length <= mostForSecondTry && unheardErrors(report)?.length === 0;
if (!passed && fewFailed && (only.length === 0 || process.env.CI)) {
  console.log('\n— once more: what failed');
  passed = (await vitest(secondReport(report), again)) === 0;
  takeSecondTry(report);
}
if (!passed) failed.push('tests');

console.log(`\n${summary(readReport(report))}`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
