import { rulesEnv } from '@watchpost/rules/config';
import { createJudge } from '@watchpost/rules/create-judge';
import type { Judge } from '@watchpost/rules/judge';
import type { Rule } from '@watchpost/rules/rule';
import { findRule } from '@watchpost/rules/rule-name';
import { judgeForLook, readsFiles, readsText } from '@watchpost/rules/try-rule';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import type { Command, CommandContext, Needs } from '../../command.ts';
import { silent } from '../../support/open-database.ts';
import { readTestArgs, type TestArgs } from '../../support/rules/test-args.ts';
import { printTried, type Tried } from '../../support/rules/tried.ts';
import { standardInput, tryFiles } from '../../support/rules/try-files.ts';
import { withRules } from '../../support/with-rules.ts';

/** A pattern or a detector needs no database. */
export function needsOf(args: readonly string[]): Needs {
  const { what } = readTestArgs(args);
  return what !== null && 'look' in what ? 'nothing' : 'gallery';
}

/**
 * `rules test [--pattern P | --detector D | --name N] (--text T | FILE... | --channel C [--last N]) [--json]`. Exit code 1 where something
 * matched; 2 where a file could not be opened and nothing else matched.
 */
export const run: Command = async (args, context) => {
  const { what, on, json } = readTestArgs(args);
  const judge = await judgeFor(what, context);
  const tried = await tryOn(on, { judge, onlyWhereApplies: what === null }, context);
  printTried(tried, { json, stored: what === null || 'name' in what }, context);
  if (tried.matches.length > 0) return 1;
  return tried.missing > 0 ? 2 : 0;
};

/** Warns of rules that cannot be applied. Throws `pattern-invalid` for a pattern that was typed. */
async function judgeFor(what: TestArgs['what'], context: CommandContext): Promise<Judge> {
  if (what !== null && 'look' in what) {
    return judgeOf(what.look, context);
  }
  const all = await withRules(context, async (rules) => rules.list(context.signal));
  const judge = createJudge(what === null ? all.filter(({ enabled }) => enabled) : [findRule(all, what.name)]);
  for (const { rule, reason } of judge.broken) context.warn(`the rule ${rule.name} cannot be applied: ${reason}`);
  if (what === null && judge.rules.length === 0) context.warn('no rule is enabled');
  return judge;
}

/** What cannot be compiled is refused; what could not be saved, because it finds nearly everything, may be tried. */
function judgeOf(look: Rule['look'], { warn }: CommandContext): Judge {
  const { judge, refused } = judgeForLook(look);
  if (refused !== null) warn(`A rule with this pattern would be refused: ${refused}`);
  return judge;
}

async function tryOn(
  on: TestArgs['on'],
  { judge, onlyWhereApplies }: { judge: Judge; onlyWhereApplies: boolean },
  context: CommandContext,
): Promise<Tried & { missing: number }> {
  const { env, signal, warn } = context;
  if ('text' in on) {
    const text = on.text === '-' ? (await standardInput(signal)).toString() : on.text;
    for (const { name } of judge.rules.filter((rule) => !readsText(rule))) warn(`the rule ${name} looks only at files`);
    return { matches: await judge.judge([{ where: 'text', text }], readsText, signal), unread: [], missing: 0 };
  }
  const { createExtractor } = await import('@watchpost/extract/create-extractor');
  const ocr = parseEnv(env, { RULES_OCR: rulesEnv.RULES_OCR }).RULES_OCR === 'on';
  const extractor = createExtractor({ ocr, log: silent() });
  try {
    if ('channel' in on) {
      const { tryChannel } = await import('../../support/rules/try-channel.ts');
      return { ...(await tryChannel(on, { judge, extractor, onlyWhereApplies }, context)), missing: 0 };
    }
    for (const { name } of judge.rules.filter((rule) => !readsFiles(rule))) warn(`the rule ${name} looks only at the names of files`);
    return await tryFiles(on.files, { judge, extractor }, signal);
  } finally {
    await extractor.close();
  }
}
