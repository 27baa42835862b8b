import type { Message } from '@watchpost/shared/chat/message';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { checkLook, createJudge } from './create-judge.ts';
import type { Judge, Match } from './judge.ts';
import { defaultRule, type Rule } from './rule.ts';
import { appliesTo } from './scope.ts';

/** Whether a rule looks at what a message says, with the names of its files; or at what is in them. */
export const readsText = ({ scan }: Rule): boolean => scan !== 'files';
export const readsFiles = ({ scan }: Rule): boolean => scan !== 'text';

/**
 * A judge for what was typed as a rule. What cannot be compiled is refused with `pattern-invalid`; what could not be saved, because it finds
 * nearly everything, may be tried: `refused` says why.
 */
export function judgeForLook(look: Rule['look']): { judge: Judge; refused: string | null } {
  const judge = createJudge([typedRule(look)]);
  const [broken] = judge.broken;
  if (broken) throw new AppError('pattern-invalid', `the pattern cannot be used: ${broken.reason}`);
  try {
    checkLook(look);
    return { judge, refused: null };
  } catch (refused) {
    return { judge, refused: toAppError(refused).message };
  }
}

/** What was typed as a rule. Its name is not the pattern: that may be a secret itself. */
function typedRule(look: Rule['look']): Rule {
  const name = 'detector' in look ? look.detector : 'pattern';
  return { ...defaultRule, id: 'tried', name, look, createdAtMs: 0, changedAtMs: 0 };
}

/** Whether a rule is tried on a message: direct messages only where the rule lists them; its other channels do not matter for a trial. Pure. */
export function mayTry(rule: Rule, message: Message): boolean {
  return appliesTo({ ...rule, enabled: true, ...(message.isDirect ? {} : { scope: { in: 'all' } }) }, message);
}

/** What a rule finds in what these messages say; the contents of their files are not looked at. Messages without a match are left out. */
export async function tryOnMessages(
  rule: Rule,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<{ looked: Message[]; found: { message: Message; matches: Match[] }[] }> {
  const judge = createJudge([rule]);
  const [broken] = judge.broken;
  if (broken) throw new AppError('pattern-invalid', broken.reason);
  const looked = messages.filter((message) => mayTry(rule, message));
  const found: { message: Message; matches: Match[] }[] = [];
  for (const message of readsText(rule) ? looked : []) {
    const matches = await judge.judge(message.content.texts, () => true, signal);
    if (matches.length > 0) found.push({ message, matches });
  }
  return { looked, found };
}
