import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';

/** `feeds hide FEED MESSAGE [--json]`. */
export const run: Command = async (args, context) => decide(args, 'hid', 'hidden', context);
