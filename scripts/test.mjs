/**
 * `npm test`: checks format, types, lint and dead code, then runs every test. With arguments it only runs tests, and passes the
 * arguments to vitest. TEST_REPORT names the file for vitest's JSON report.
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureReady, root, runTool } from './bootstrap.mjs';
import { endWithNpm } from './started-by-npm.mjs';
import { readReport, summary } from './test-report.mjs';

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
rmSync(report, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
if ((await runTool(tool('vitest'), ['run', ...reporters, ...only])) !== 0) failed.push('tests');

console.log(`\n${summary(readReport(report))}`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
