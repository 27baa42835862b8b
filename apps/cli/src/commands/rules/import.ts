import { describeState } from '@watchpost/rules/notation/describe';
import { readSettings } from '@watchpost/rules/notation/settings';
import type { RuleSettings } from '@watchpost/rules/rule';
import type { Rules } from '@watchpost/rules/rules';
import { readOldPatterns, type OldPattern } from '@watchpost/rules/store/import-csv';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Command } from '../../command.ts';
import { readBytes } from '../../support/enroll-pictures.ts';
import { actor } from '../../support/open-database.ts';
import { withRules } from '../../support/with-rules.ts';

/** What came of the lines of the file. */
interface Imported {
  added: { name: string; state: string }[];
  /** Names that were there already. */
  existing: string[];
  refused: { line: number; name: string; reason: string }[];
}

/** `rules import FILE [--action A] [--live] [...] [--json]`. Exit code 1 if a line was refused. */
export const run: Command = async (args, context) => {
  const { file, settings, json } = readImportArgs(args);
  const patterns = readOldPatterns(textOf(await readBytes(file)));
  const imported: Imported = { added: [], existing: [], refused: [] };
  await withRules(context, async (rules) => {
    for (const pattern of patterns) await importOne(pattern, settings, { rules, imported }, context.signal);
  });
  const { added, existing, refused } = imported;
  for (const { line, name, reason } of refused) context.warn(`line ${String(line)}, ${name}: ${reason}`);
  if (json) context.print(JSON.stringify(imported));
  else {
    for (const { name } of added) context.print(`added  ${name}`);
    for (const name of existing) context.print(`left alone  ${name}: there is a rule of this name`);
    context.print(`${String(added.length)} added, ${String(existing.length)} left alone, ${String(refused.length)} refused`);
    if (added.some(({ state }) => state === 'dry run'))
      context.print('New rules are in dry run: watchpost rules edit NAME --live lets one act.');
  }
  return refused.length > 0 ? 1 : 0;
};

/** UTF-8, or UTF-16 where the file begins with its mark; what is neither is in the encoding of old spreadsheets. */
function textOf(bytes: Uint8Array): string {
  const mark = bytes.length < 2 ? 0 : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  if (mark === 0xff_fe) return new TextDecoder('utf-16le').decode(bytes);
  if (mark === 0xfe_ff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function readImportArgs(args: readonly string[]): { file: string; settings: Omit<RuleSettings, 'name' | 'look'>; json: boolean } {
  const { name, settings, others, more, faults } = readSettings(args, { json: 'switch' });
  const { name: renamed, look, ...rest } = settings;
  if (name !== null || renamed !== undefined || look) faults.push('names and patterns come from the file');
  const [file] = others;
  if (file === undefined) faults.push('the file is missing');
  if (others.length > 1) faults.push('only one file can be imported at a time');
  if (faults.length > 0 || file === undefined) throw new AppError('usage-invalid', faults.join('\n'));
  // As the old service did.
  return { file, settings: { action: 'remove', ...rest }, json: more['json'] !== undefined };
}

/** One bad line does not stop the others. Rejects with what is no fault of the line. */
async function importOne(
  { line, name, pattern, refused }: OldPattern,
  settings: RuleSettings,
  { rules, imported }: { rules: Rules; imported: Imported },
  signal: AbortSignal,
): Promise<void> {
  if (refused !== null) {
    imported.refused.push({ line, name, reason: refused });
    return;
  }
  try {
    const rule = await rules.add({ ...settings, name, look: { pattern } }, actor.id, signal);
    imported.added.push({ name: rule.name, state: describeState(rule) });
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    if (code === 'rule-name-taken') imported.existing.push(name);
    else if (code === 'pattern-invalid' || code === 'rule-invalid') imported.refused.push({ line, name, reason: message });
    else throw thrown;
  }
}
