import type { Finding, Severity } from '@watchpost/doctor/finding';
import { runDoctor } from '@watchpost/doctor/run-doctor';
import type { Command } from '../command.ts';
import { readArgs } from '../support/read-args.ts';

/** The worst first. */
const severities: readonly Severity[] = ['fault', 'warning', 'note', 'ok'];

/**
 * `doctor [--json]`: examines the installation that the variables describe, from this machine, and changes nothing. Each finding has an id that
 * stays the same. Exit code 1 if there is a fault.
 */
export const run: Command = async (args, { env, signal, print, warn }) => {
  const { values } = readArgs(args, { json: { type: 'boolean', default: false } });
  if (!values.json) warn('examining the installation, for some seconds');
  const findings = await runDoctor({ env }, signal);
  const counts = Object.fromEntries(severities.map((each) => [each, findings.filter(({ severity }) => severity === each).length]));
  if (values.json) print(JSON.stringify({ counts, findings }));
  else for (const line of toLines(findings)) print(line);
  return findings.some(({ severity }) => severity === 'fault') ? 1 : 0;
};

function toLines(findings: readonly Finding[]): string[] {
  const sorted = findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const wide = Math.max(...sorted.map(({ id }) => id.length));
  const lines = sorted.flatMap(({ id, severity, says, repair }) => [
    `${severity.padEnd(7)}  ${id.padEnd(wide)}  ${says}`,
    ...(repair === null || severity === 'ok' ? [] : [`${' '.repeat(wide + 9)}  → ${repair}`]),
  ]);
  return [...lines, '', summary(findings)];
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Severity, one: string): string | null => {
    const number = findings.filter(({ severity }) => severity === wanted).length;
    return number === 0 ? null : `${String(number)} ${one}${number === 1 ? '' : 's'}`;
  };
  const bad = [count('fault', 'fault'), count('warning', 'warning'), count('note', 'note')].filter((each) => each !== null);
  const fine = findings.filter(({ severity }) => severity === 'ok').length;
  return `${bad.length === 0 ? 'nothing is wrong' : bad.join(', ')}; ${String(fine)} in order`;
}
