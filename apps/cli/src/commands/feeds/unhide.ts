import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';

/** `feeds unhide FEED MESSAGE [--json]`. */
export const run: Command = async (args, context) => decide(args, 'showed', 'not hidden any more', context);
