import { wordDialogs } from './commands/word-commands.ts';
import { convertKind } from './convert/convert-kind.ts';
import type { TalkDeps } from './deps.ts';
import type { DialogKind } from './dialog-kind.ts';
import { namingKind } from './naming/naming-kind.ts';
import { pictureKind } from './picture/picture-kind.ts';

/** Every kind of dialog. */
export const dialogKinds: readonly DialogKind<TalkDeps>[] = [pictureKind, namingKind, convertKind, ...wordDialogs];
