import { readFlags } from '@watchpost/rules/notation/flags';
import { readChannelId } from '@watchpost/rules/notation/ids';
import { detectorNames, longestPattern, type Rule } from '@watchpost/rules/rule';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { readCount } from '../read-args.ts';

/** What `rules test` is asked. */
export interface TestArgs {
  /** `look`: no stored rule is needed. `name`: this one. Null: all that are enabled. */
  what: { look: Rule['look'] } | { name: string } | null;
  on: { text: string } | { files: string[] } | { channel: ChannelKey; last: number };
  json: boolean;
}

const usualLast = 100;
const mostLast = 10_000;

/** Reads the arguments of `rules test`. Throws `usage-invalid` with everything that is wrong, a line each. None repeats a value. */
export function readTestArgs(args: readonly string[]): TestArgs {
  const forms = {
    pattern: 'value',
    detector: 'value',
    name: 'value',
    text: 'value',
    channel: 'value',
    last: 'value',
    json: 'switch',
  } as const;
  const { values, others: files, faults } = readFlags(args, forms);
  const { pattern, detector, name, text, channel, last } = values;
  const given = [pattern, detector, name].filter((value) => value !== undefined);
  if (given.length > 1) faults.push('only one of --pattern, --detector and --name can be given');
  const places = [text, channel, files.length > 0 ? '' : undefined].filter((value) => value !== undefined);
  if (places.length !== 1) faults.push(`${places.length === 0 ? 'one' : 'only one'} of --text, FILE... and --channel must be given`);
  if (last !== undefined && channel === undefined) faults.push('--last is for --channel');
  const what = name === undefined ? lookOf(pattern, detector, faults) : { name };
  const key = channel === undefined ? null : readChannelId(channel);
  if (channel !== undefined && key === null) faults.push("--channel must be a channel's id, such as C0123ABCD");
  if (faults.length > 0) throw new AppError('usage-invalid', faults.join('\n'));
  const on =
    key === null ? (text === undefined ? { files } : { text }) : { channel: key, last: readCount('--last', last, mostLast) ?? usualLast };
  return { what, on, json: values['json'] !== undefined };
}

function lookOf(pattern: string | undefined, detector: string | undefined, faults: string[]): TestArgs['what'] {
  if (pattern !== undefined) {
    if (pattern === '' || pattern.length > longestPattern) faults.push(`--pattern must have 1 to ${String(longestPattern)} characters`);
    return { look: { pattern } };
  }
  if (detector === undefined) return null;
  const known = detectorNames.find((each) => each === detector);
  if (known) return { look: { detector: known } };
  faults.push(`--detector must be one of ${detectorNames.join(', ')}`);
  return null;
}
