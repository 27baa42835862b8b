import { typedRules } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import { say } from '@watchpost/shared/chat/say';
import { toAppError, type ErrorCode } from '@watchpost/shared/errors';
import { splitWords } from '@watchpost/rules/notation/words';
import { help, helpOf, history, list, show } from './ask-commands.ts';
import { add, disable, dryRun, edit, enable, live, remove } from './change-commands.ts';
import { answer, type RulesAsked, type RulesCommand } from './command.ts';
import type { RuleDeedDeps } from './deps.ts';
import { mayNotAdminister } from './may-administer.ts';
import { test } from './test-command.ts';
import { violations } from './violations-command.ts';

/** What each command does. The words are in rulesHelp. */
export const rulesCommands: Readonly<Record<string, RulesCommand>> = {
  list,
  show,
  add,
  edit,
  live,
  'dry-run': dryRun,
  enable,
  disable,
  remove,
  test,
  violations,
  history,
  help,
};

/** What an admin can put right; the message says how. */
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'channel-not-available',
  'pattern-invalid',
  'quarantine-key-missing',
  'rule-invalid',
  'rule-name-taken',
  'rule-not-found',
  'usage-invalid',
]);

/** Answers what was typed after `/rules`. Whoever is no admin learns nothing. Rejects with transient errors only. */
export async function runRules(
  text: string,
  asked: Omit<RulesAsked, 'rest' | 'words'>,
  deps: RuleDeedDeps,
  signal: AbortSignal,
): Promise<Post> {
  const refused = await mayNotAdminister(asked.asker, signal);
  if (refused) return answer(refused);
  const [, typed = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const name = typed === '' ? 'help' : typed.toLowerCase();
  const command = Object.hasOwn(rulesCommands, name) ? rulesCommands[name] : undefined;
  if (!command) return helpOf(say`There is no such command. These are all:`);
  try {
    return await command({ ...asked, rest, words: splitWords(rest) }, deps, signal);
  } catch (error) {
    const { code, message } = toAppError(error);
    if (!refusals.has(code)) throw error;
    const hint = code === 'rule-not-found' ? `: ${typedRules('list')} shows all of them` : '';
    return answer(say`Nothing was done: ${message.includes('\n') ? `\n• ${message.replaceAll('\n', '\n• ')}` : message}${hint}`);
  }
}
