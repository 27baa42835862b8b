import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';

/** As much as a message of Slack's may have. Characters. */
const mostCharacters = 40_000;

/** `feeds override FEED MESSAGE TEXT [--json]`. */
export const run: Command = async (args, context) => {
  const change = ({ text }: { text: string }): { text: string } => {
    if (text.length > mostCharacters) throw new AppError('usage-invalid', `a text may have ${String(mostCharacters)} characters`);
    return { text };
  };
  return decide(args, { what: 'overrode', takesText: true, change, done: 'readers see this text instead of the message' }, context);
};
