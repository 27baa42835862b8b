import type { RetentionEntry } from '@watchpost/privacy/retention/report';
import type { Command } from '../command.ts';
import { readArgs } from '../support/read-args.ts';
import { toTable } from '../support/table.ts';
import { momentOf, withPrivacy } from '../support/with-privacy.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** `retention [--json]`: every class of data, how much there is of it, for how long, and what is due next. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' } });
  const report = await withPrivacy(context, ({ reportRetention }) => reportRetention(context.signal));
  if (values.json) {
    for (const entry of report.classes) context.print(JSON.stringify(entry));
    return 0;
  }
  const rows = report.classes.map((entry) => rowOf(entry, report.atMs));
  for (const line of toTable(['class', 'count', 'size', 'oldest', 'kept', 'next due'], rows)) context.print(line);
  context.print('');
  context.print(
    '~: an estimate. Sizes are estimates. docs/privacy.md says what each class is. The settings are those of this environment.',
  );
  return 0;
};

function rowOf({ title, count, isExact, atLeast, bytes, oldestMs, nextDueMs, setting }: RetentionEntry, nowMs: number): string[] {
  const counted = count === null ? 'not here' : `${atLeast ? 'over ' : isExact ? '' : '~'}${count}`;
  const due = nextDueMs === null ? '' : nextDueMs <= nowMs ? 'at the next round' : momentOf(nextDueMs);
  return [title, counted, bytes === null ? '' : sizeOf(bytes), oldestMs === null ? '' : momentOf(oldestMs), keptOf(setting), due];
}

function keptOf(setting: RetentionEntry['setting']): string {
  if (setting === null) return 'docs/privacy.md';
  const { name, keepMs } = setting;
  if (keepMs === null) return `for ever (${name})`;
  const [unit, many] = keepMs % dayMs === 0 ? ['day', keepMs / dayMs] : ['hour', keepMs / hourMs];
  return `${many} ${unit}${many === 1 ? '' : 's'} (${name})`;
}

function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  for (; value >= 1_000 && unit < units.length - 1; unit += 1) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
