import { fitMrkdwn, fitPlain } from '../blocks/fit.ts';
import { limits } from '../blocks/limits.ts';
import type { Block } from '../blocks/render-post.ts';

/** A modal as Slack takes it; see faultsOfView. */
export type View = { type: 'modal'; blocks: Block[] } & Record<string, unknown>;

/** Plain text, cut to a limit. */
export const plain = (text: string, most: number) => ({ type: 'plain_text', text: fitPlain(text || '…', most), emoji: false });

/** A modal that only says something. */
export const messageView = (title: string, text: string): View => ({
  type: 'modal',
  title: plain(title, limits.modalTitle),
  close: plain('Close', limits.modalTitle),
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: fitMrkdwn([{ text: text || '…' }], limits.sectionText) } }],
});

/** A modal to be updated as soon as there is something to say. */
export const loadingView = (title: string): View => messageView(title, 'One moment…');
