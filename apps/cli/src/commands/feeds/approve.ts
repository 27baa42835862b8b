import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';

/** `feeds approve FEED MESSAGE [--json]`: what it says now. */
export const run: Command = async (args, context) => decide(args, 'approved', 'approved', context);
