import { fitPlain } from '../blocks/fit.ts';
import type { Block } from '../blocks/render-post.ts';

/** A modal as Slack takes it; see faultsOfView. */
export type View = { type: 'modal'; blocks: Block[] } & Record<string, unknown>;

/** Plain text, cut to a limit. */
export const plain = (text: string, most: number) => ({ type: 'plain_text', text: fitPlain(text || '…', most), emoji: false });
