import type { Block, Inline } from '@watchpost/shared/chat/written';
import { isRecord, listOf, stringOf, writtenIn, type Fields } from '../content/fields.ts';
import { decoded } from '../content/pieces.ts';
import { blocksOf } from './blocks.ts';
import { linkInline } from './entity.ts';
import { addQuote } from './inlines.ts';
import { mrkdwnBlocks, mrkdwnInlines } from './mrkdwn.ts';
import type { Room } from './room.ts';

/** Where it came from: a page that was linked to, or a message of another channel, which must not come into a feed. */
const sources = ['from_url', 'original_url', 'app_unfurl_url', 'message_blocks', 'channel_id'];
const flags = ['is_msg_unfurl', 'is_share', 'is_reply_unfurl', 'is_thread_root_unfurl', 'is_app_unfurl', 'is_file_attachment'];

const isUnfurl = (attachment: Fields): boolean =>
  flags.some((flag) => attachment[flag] === true) || sources.some((key) => ![undefined, null, ''].some((none) => attachment[key] === none));

/** Attachments of apps, each a quote. What Slack adds to a message about the links in it is left out. */
export function attachmentBlocks(attachments: readonly unknown[], room: Room): Block[] {
  const shown: Block[] = [];
  for (const attachment of attachments) {
    if (!isRecord(attachment) || isUnfurl(attachment)) continue;
    if (!room.place()) break;
    shown.push(...mrkdwnBlocks(stringOf(attachment, 'pretext'), room));
    const quoted = quotedBlocks(attachment, room);
    if (quoted.length > 0) shown.push({ type: 'quote', blocks: quoted });
  }
  return shown;
}

function quotedBlocks(attachment: Fields, room: Room): Block[] {
  const blocks: Block[] = [];
  const line = (inlines: readonly Inline[]): void => {
    if (inlines.length > 0) blocks.push({ type: 'paragraph', inlines: [...inlines] });
  };
  line(mrkdwnInlines(stringOf(attachment, 'author_name'), room));
  line(titleOf(attachment, room));
  const own = listOf(attachment, 'blocks');
  if (own.length > 0) for (const block of blocksOf(own, room)) add(blocks, block);
  else for (const block of mrkdwnBlocks(stringOf(attachment, 'text'), room)) add(blocks, block);
  for (const field of listOf(attachment, 'fields')) {
    if (!isRecord(field) || !room.place()) continue;
    line(mrkdwnInlines(stringOf(field, 'title'), room, ['bold']));
    blocks.push(...mrkdwnBlocks(writtenIn(field, 'value'), room));
  }
  line(mrkdwnInlines(stringOf(attachment, 'footer'), room));
  // For those who see nothing of the rest.
  return blocks.length > 0 ? blocks : mrkdwnBlocks(stringOf(attachment, 'fallback'), room);
}

/** A quote within the quote joins the one before. */
function add(blocks: Block[], block: Block): void {
  if (block.type === 'quote') addQuote(blocks, block.blocks);
  else blocks.push(block);
}

function titleOf(attachment: Fields, room: Room): Inline[] {
  const [title, url] = [stringOf(attachment, 'title'), stringOf(attachment, 'title_link')];
  if (title === '') return [];
  return url === '' ? mrkdwnInlines(title, room, ['bold']) : [linkInline(room.text(url), room.text(decoded(title)), { styles: ['bold'] })];
}
