import { createHmac, hkdfSync } from 'node:crypto';
import { channelId, onlyId, type ChatFile } from '@watchpost/shared/chat/chat';
import type { Message, MessageContent, MessageText } from '@watchpost/shared/chat/message';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import { mostContentBytes, type MessageJob } from '@watchpost/shared/jobs/message-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { slackPrefix } from '@watchpost/slack/channel';

/** What ingest seals with. */
export interface Seal {
  envelope: Envelope;
  /** Of the hash in a message job's id: without it nobody can try out what a short message says. */
  idKey: Buffer;
}

/** `MESSAGE_KEY`, or what stands in its place: the first secret seals. */
export function createSeal(secrets: readonly [string, ...string[]]): Seal {
  const idKey = Buffer.from(hkdfSync('sha256', secrets[0], '', 'watchpost message ids', 32));
  return { envelope: createEnvelope(secrets, 'jobs'), idKey };
}

/** A version of a message, as the platform tells of it. */
export interface Version {
  message: Message;
  change: MessageJob['change'];
  atMs: number;
}

/** UTF-16 units. As JSON a piece has at most six times as many bytes. */
const pieceUnits = 48_000;
/** The end of a piece stands at the beginning of the next one too, so that nothing up to this length is torn. UTF-16 units. */
const overlapUnits = 4_000;
/** What the files may take of a part's bytes. */
const mostFileBytes = mostContentBytes / 2;

/**
 * The jobs of a message's version: one, or several if it says too much for one. A version that says the same has jobs of the same ids, so a
 * redelivery and an unfurl that changes nothing are no work. `filesLeftOut`: so many files did not fit. Pure but for the nonces.
 */
export function toMessageJobs({ message, change, atMs }: Version, seal: Seal): { jobs: MessageJob[]; filesLeftOut: number } {
  const { content, ...ref } = message;
  const before = content.before !== null && sameTexts(content.before, content.texts) ? null : content.before;
  const files = fitting(content.files);
  const parts = partsOf({ texts: content.texts, before, files });
  const base = `${slackPrefix}-${channelId(ref.channel)}-${ref.messageId}-${hashOf(message, before, seal.idKey)}`;
  const jobs = parts.map((part, index): MessageJob => {
    const id = parts.length === 1 ? base : `${base}-${String(index + 1)}`;
    return { ...ref, v: 1, kind: 'message', id, change, atMs, sealed: sealJson(seal.envelope, part, id) };
  });
  return { jobs, filesLeftOut: content.files.length - files.length };
}

function hashOf({ channel, messageId, content }: Message, before: readonly MessageText[] | null, key: Buffer): string {
  const plain = JSON.stringify([channel, messageId, content.texts, content.files.map(({ id }) => id), before]);
  return createHmac('sha256', key).update(plain).digest('base64url').slice(0, 22);
}

const sameTexts = (a: readonly MessageText[], b: readonly MessageText[]): boolean => JSON.stringify(a) === JSON.stringify(b);

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The files as they fit: else without all that the platform can be asked for, and then as many as do. */
function fitting(files: readonly ChatFile[]): ChatFile[] {
  if (bytesOf(files) <= mostFileBytes) return [...files];
  const bare = files.map(({ id }) => onlyId(id));
  let left = mostFileBytes;
  return bare.filter((file) => (left -= bytesOf(file) + 1) > 0);
}

/** One part, or as many as it takes; the files are in the first one. */
function partsOf(content: MessageContent): MessageContent[] {
  if (bytesOf(content) <= mostContentBytes) return [content];
  const pieces = [
    ...content.texts.flatMap((text) => piecesOf(text).map((piece) => ({ of: 'texts' as const, piece }))),
    ...(content.before ?? []).flatMap((text) => piecesOf(text).map((piece) => ({ of: 'before' as const, piece }))),
  ];
  const parts: MessageContent[] = [];
  let left = 0;
  for (const { of, piece } of pieces) {
    const bytes = bytesOf(piece) + 1;
    let part = parts.at(-1);
    if (!part || bytes > left) {
      part = { texts: [], before: null, files: parts.length === 0 ? content.files : [] };
      parts.push(part);
      left = mostContentBytes - bytesOf({ ...part, before: [] });
    }
    if (of === 'texts') part.texts.push(piece);
    else part.before = [...(part.before ?? []), piece];
    left -= bytes;
  }
  return parts;
}

/** A text in pieces that overlap. Its places are those in its piece. */
function piecesOf({ where, text }: MessageText): MessageText[] {
  if (text.length <= pieceUnits) return [{ where, text }];
  const pieces: MessageText[] = [];
  for (let from = 0; ; from += pieceUnits - overlapUnits) {
    pieces.push({ where: `${where.slice(0, 180)}, part ${String(pieces.length + 1)}`, text: text.slice(from, from + pieceUnits) });
    if (from + pieceUnits >= text.length) return pieces;
  }
}
