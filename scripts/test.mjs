/**
 * `npm test`: format, lint, dead code, types, then every test. With arguments only the tests, and those go to vitest.
 * TEST_REPORT names a file for vitest's JSON report.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureReady, root, runTool } from './bootstrap.mjs';

const tool = (name) => path.join(root, 'node_modules', '.bin', name);
const report = path.resolve(root, process.env.TEST_REPORT ?? 'node_modules/.cache/watchpost/test-report.json');
const checks = [
  { what: 'format', command: 'oxfmt', args: ['--check'] },
  { what: 'types', command: 'tsc', args: ['-b'] },
  { what: 'lint', command: 'oxlint', args: ['--type-aware'] },
  { what: 'dead code', command: 'knip', args: ['--no-progress'] },
];

// ONNX Runtime would send usage data; see apps/worker/src/no-telemetry.ts. Threads and child processes of tests inherit it.
process.env.ORT_DISABLE_TELEMETRY = '1';
await ensureReady();
const failed = [];
const only = process.argv.slice(2);
for (const { what, command, args } of only.length > 0 ? [] : checks) {
  console.log(`\n— ${what}`);
  if ((await runTool(tool(command), args)) !== 0) failed.push(what);
}
console.log('\n— tests');
mkdirSync(path.dirname(report), { recursive: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
if ((await runTool(tool('vitest'), ['run', ...reporters, ...only])) !== 0) failed.push('tests');

console.log(`\n${summary()}`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Counts, and what was skipped with the reason that its title carries. */
function summary() {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return 'no test report was written';
  }
  const skipped = result.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'skipped' || status === 'pending');
  const reasons = new Map();
  for (const { ancestorTitles, fullName } of skipped) {
    const reason = /\[skipped: ([^\]]+)\]/.exec([...ancestorTitles, fullName].join(' '))?.[1] ?? 'no reason given';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const why = [...reasons].map(([reason, count]) => `${count} because of: ${reason}`).join('; ');
  return `${result.numPassedTests} passed, ${result.numFailedTests} failed, ${skipped.length} skipped${why && ` (${why})`}`;
}
