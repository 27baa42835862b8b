import { addBlocks, readBlocks } from './blocks.ts';
import { isRecord, isTechnical, isUrlKey, listOf, stringOf, stringsIn, writtenIn, type Fields } from './fields.ts';
import { addFileTexts } from './files.ts';
import { fromMrkdwn, lines, literally } from './pieces.ts';
import type { Texts } from './texts.ts';

/** In the order in which Slack shows them; what repeats an earlier one is left out. */
const shownKeys = ['pretext', 'author_name', 'author_subname', 'title', 'text', 'footer'];
/** Read in ways of their own. */
const ownKeys = new Set([...shownKeys, 'blocks', 'message_blocks', 'fields', 'files', 'fallback', 'actions']);

/** All that an attachment says: of an app, of a link's preview, or of a message that is quoted. `number`: from 1. */
export function addAttachment(texts: Texts, attachment: unknown, number: number): void {
  const where = `attachment ${String(number)}`;
  if (!isRecord(attachment)) {
    for (const text of stringsIn(attachment)) texts.add(where, fromMrkdwn(text));
    return;
  }
  for (const key of ['blocks', 'message_blocks']) addBlocks(texts, where, readBlocks(attachment[key]));
  for (const key of shownKeys) texts.add(where, fromMrkdwn(stringOf(attachment, key)));
  texts.add(where, lines(listOf(attachment, 'fields').flatMap((field) => (isRecord(field) ? fieldLines(field) : []))));
  addBlocks(texts, where, readBlocks(attachment['actions']));
  addOthers(texts, where, attachment);
  texts.add(where, fromMrkdwn(stringOf(attachment, 'fallback')));
  // Of a quoted message.
  for (const [index, file] of listOf(attachment, 'files').entries()) addFileTexts(texts, file, `${where} / file ${String(index + 1)}`);
}

const fieldLines = (field: Fields) => [fromMrkdwn(stringOf(field, 'title')), fromMrkdwn(writtenIn(field, 'value'))];

function addOthers(texts: Texts, where: string, attachment: Fields): void {
  for (const [key, value] of Object.entries(attachment)) {
    if (ownKeys.has(key) || isTechnical(key)) continue;
    const isLink = isUrlKey(key);
    for (const text of stringsIn(value)) texts.add(isLink ? `${where}: link` : where, isLink ? literally(text) : fromMrkdwn(text));
  }
}
