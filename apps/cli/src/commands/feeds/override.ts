import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';

/** `feeds override FEED MESSAGE TEXT [--json]`. */
export const run: Command = async (args, context) => decide(args, 'overrode', 'readers see this text instead of the message', context);
