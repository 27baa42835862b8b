import { eraseDialog } from '../dialog-kinds/erase.ts';
import { registerDialog } from '../dialog-kinds/register.ts';
import type { DialogKind } from '../dialog-kind.ts';
import type { TalkCommand } from '../talk-command.ts';
import { eightBall } from './eight-ball.ts';
import { help, start } from './greeting.ts';
import { quote } from './quote.ts';
import { register } from './register.ts';
import { erase, id, privacy, whoami } from './self.ts';
import { slog } from './slog.ts';
import type { WordsDeps } from './words-deps.ts';

/** The commands that need neither the gallery nor a converter, in the order in which /help and the menu show them. */
export const wordCommands: readonly TalkCommand<WordsDeps>[] = [start, help, quote, eightBall, slog, register, whoami, id, privacy, erase];

/** The dialogs that they begin. */
export const wordDialogs: readonly DialogKind<WordsDeps>[] = [registerDialog, eraseDialog];
