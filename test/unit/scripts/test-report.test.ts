import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = path.resolve('scripts/test-report.mjs');
let dir: string;
let report: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'report-'));
  report = path.join(dir, 'report.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

const test = (fullName: string, status: 'passed' | 'failed') => ({
  fullName,
  title: fullName,
  ancestorTitles: [],
  status,
  failureMessages: status === 'failed' ? [`Error: ${fullName} broke\n    at ours.ts:1\n    at /node_modules/theirs.js:2`] : [],
});
const file = (name: string, ...tests: ReturnType<typeof test>[]) => ({
  name,
  message: tests.length > 0 ? '' : `${name} has a syntax error`,
  status: tests.length > 0 && tests.every(({ status }) => status === 'passed') ? 'passed' : 'failed',
  assertionResults: tests,
});

/** Writes what vitest would write. */
function write(to: string, ...testResults: ReturnType<typeof file>[]): void {
  const count = (wanted: string) => testResults.flatMap((one) => one.assertionResults).filter(({ status }) => status === wanted).length;
  writeFileSync(to, JSON.stringify({ testResults, numPassedTests: count('passed'), numFailedTests: count('failed') }));
}

const told = (status: number) => {
  const { stdout, status: exit } = spawnSync(process.execPath, [script, report, String(status)], { encoding: 'utf8' });
  return { lines: stdout.trim().split('\n'), exit };
};
const takeSecondTry = () => {
  const code = `import { takeSecondTry } from ${JSON.stringify(pathToFileURL(script).href)}; takeSecondTry(${JSON.stringify(report)});`;
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', code, 'tried'], { encoding: 'utf8' }).stderr).toBe('');
};

it('names what failed, without the lines of dependencies; the last line counts', () => {
  write(report, file('a.test.ts', test('one', 'passed'), test('two', 'failed')));
  const { lines, exit } = told(1);
  expect(lines).toEqual(['failed: two', '  Error: two broke', '      at ours.ts:1', '1 passed, 1 failed']);
  expect(exit).toBe(1);
});

it('takes the second try in the place of the first, and names what passed only then', () => {
  write(report, file('a.test.ts', test('one', 'passed')), file('b.test.ts', test('two', 'failed'), test('three', 'passed')));
  write(`${report}.second.json`, file('b.test.ts', test('two', 'passed'), test('three', 'passed')));
  takeSecondTry();
  const { lines, exit } = told(0);
  expect(lines[0]).toBe('passed at the second try only: two');
  expect(lines.at(-1)).toBe('3 passed, 0 failed');
  expect(exit).toBe(0);
});

it('what fails again has failed', () => {
  write(report, file('b.test.ts', test('two', 'failed')), file('c.test.ts'));
  write(`${report}.second.json`, file('b.test.ts', test('two', 'failed')), file('c.test.ts', test('four', 'passed')));
  takeSecondTry();
  const { lines, exit } = told(1);
  expect(lines).toContain('failed: two');
  expect(lines).toContain('passed at the second try only: c.test.ts');
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exit).toBe(1);
});

it('errors that no test caught fail a run whose tests all passed', () => {
  write(report, file('a.test.ts', test('one', 'passed')));
  writeFileSync(`${report}.unheard.json`, JSON.stringify(['Error: nobody listens']));
  const { lines, exit } = told(1);
  expect(lines[0]).toBe('no test caught: Error: nobody listens');
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exit).toBe(1);
});

it('no report at all is a failure', () => {
  const { lines, exit } = told(0);
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
  expect(exit).toBe(1);
});
