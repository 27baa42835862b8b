import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';

/** `feeds restore FEED MESSAGE [--json]`. */
export const run: Command = async (args, context) => decide(args, 'restored', "the message's own text again", context);
