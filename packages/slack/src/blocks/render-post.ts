import { encodeTarget, type Post, type PostButton, type PostSection } from '@watchpost/shared/chat/post';
import { actionId } from './action-id.ts';
import { fitMrkdwn, fitPlain, piecesOf } from './fit.ts';
import { limits } from './limits.ts';
import { sizeOf } from './size.ts';

/** A block as Slack takes it; see faultsOfBlocks. */
export type Block = { type: string } & Record<string, unknown>;

/** What chat.postMessage and chat.update take. */
export interface RenderedPost {
  /** For notifications. */
  text: string;
  blocks: Block[];
}

/** A post in Slack's blocks. Whatever it holds, it keeps to Slack's limits: texts are cut, and a line says how much was left out. Pure. */
export function renderPost(
  { summary, picture, sections, footer }: Post,
  /** `fileId`: of the picture that it shows. `most`: blocks, 50 in a message, 100 in a view. */
  { fileId, most = limits.messageBlocks }: { fileId: string | null; most?: number },
): RenderedPost {
  const head = picture && fileId !== null ? [imageBlock(fileId, picture)] : [];
  const small = fitMrkdwn(footer, limits.sectionText);
  const foot = small.trim() === '' ? [] : [contextBlock(small)];
  // One for the line about what was left out.
  const room = { blocks: most - head.length - foot.length - 1, text: limits.messageText - sizeOf([...head, ...foot]) - 200 };
  const shown = fitting(sections, room);
  const hidden = sections.length - shown.sections;
  const hint = hidden > 0 ? [contextBlock(hidden === 1 ? 'One more does not fit here.' : `${String(hidden)} more do not fit here.`)] : [];
  return { text: fitMrkdwn([{ text: summary }], limits.sectionText), blocks: [...head, ...shown.blocks, ...hint, ...foot] };
}

/** As many of the sections, from the first, as there is room for. A view has no limit for its text in all, but no post needs more either. */
function fitting(sections: readonly PostSection[], room: { blocks: number; text: number }): { blocks: Block[]; sections: number } {
  const blocks: Block[] = [];
  let text = 0;
  for (const [index, section] of sections.entries()) {
    const next = sectionBlocks(section);
    text += sizeOf(next);
    if (blocks.length + next.length > room.blocks || text > room.text) return { blocks, sections: index };
    blocks.push(...next);
  }
  return { blocks, sections: sections.length };
}

function sectionBlocks({ text, buttons, menu, thumbnail }: PostSection): Block[] {
  const picture = thumbnail && {
    type: 'image',
    slack_file: { id: thumbnail.fileId },
    alt_text: fitPlain(thumbnail.altText || 'A picture', limits.altText),
  };
  // What does not fit a menu is a button.
  const inMenu = menu.filter(({ target }) => encodeTarget(target).length <= limits.optionValue).slice(0, limits.overflowOptions);
  const asButtons = [...buttons, ...menu.filter((entry) => !inMenu.includes(entry))].slice(0, limits.actionElements - 1);
  const [firstPiece, ...pieces] = piecesOf(text, limits.sectionText);
  const isBeside = firstPiece !== undefined && !picture && inMenu.length > 0;
  const accessory = picture ?? (isBeside ? menuElement(inMenu, 0) : undefined);
  const elements = asButtons.map(buttonElement);
  if (inMenu.length > 0 && !isBeside) elements.push(menuElement(inMenu, elements.length));
  return [
    ...(firstPiece === undefined ? [] : [{ ...textBlock(firstPiece), ...(accessory && { accessory }) }]),
    ...pieces.map(textBlock),
    ...(elements.length > 0 ? [{ type: 'actions', elements }] : []),
  ];
}

const textBlock = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text } });
const contextBlock = (text: string): Block => ({ type: 'context', elements: [{ type: 'mrkdwn', text }] });

/** `emoji: false`: a name such as ":smile:" is shown as it is. */
const plain = (text: string, most: number) => ({ type: 'plain_text', text: fitPlain(text || '…', most), emoji: false });

const imageBlock = (fileId: string, { title, altText }: { title: string; altText: string }): Block => ({
  type: 'image',
  slack_file: { id: fileId },
  alt_text: fitPlain(altText || title || 'A picture', limits.altText),
  ...(title && { title: plain(title, limits.imageTitle) }),
});

const buttonElement = ({ label, target, style }: PostButton, index: number): Block => ({
  type: 'button',
  action_id: actionId(target.action, index),
  text: plain(label, limits.buttonText),
  value: encodeTarget(target),
  ...(style && { style }),
});

const menuElement = (entries: readonly PostButton[], index: number): Block => ({
  type: 'overflow',
  action_id: actionId('menu', index),
  options: entries.map(({ label, target }) => ({ text: plain(label, limits.optionText), value: encodeTarget(target) })),
});
