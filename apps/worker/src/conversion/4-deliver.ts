import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { formatDefinitions, type Format } from '@watchpost/convert/formats';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { cleanText } from '@watchpost/shared/text';
import type { Words } from '@watchpost/talk/words/words';
import type { ConvertedLink } from './3-convert.ts';
import type { Delivery } from './conversions.ts';
import type { ConversionDeps } from './deps.ts';

const nameLimit = { characters: 60, units: 120 };

/** Brings the file to whoever asked: into the chat where it takes it, else as a link that expires. By mail as well, where that was asked for. */
export async function deliver(converted: ConvertedLink, deps: ConversionDeps, signal: AbortSignal): Promise<Delivery> {
  const { conversion, made, talk, card, wanted, words } = converted;
  const { publicUrl, conversions } = deps.converting;
  const name = fileNameOf(converted);
  await conversions.change(conversion.id, { state: 'sending' }, signal);
  card.progress(words.sending(conversion.format));
  const delivery: Delivery = { outcome: 'sent', name, bytes: made.bytes, link: null, isMailed: false };
  const isMailed = wanted.mailTo !== null && deps.queueMail !== null && publicUrl !== null;
  if (!isMailed && made.bytes <= talk.mostFileBytes && (await sendIntoChat(converted, name, signal))) return delivery;
  if (publicUrl === null) return { ...delivery, outcome: 'too-large' };
  const link = await keep(converted, name, publicUrl, deps, signal);
  if (isMailed && wanted.mailTo !== null) {
    const text = words.mailText(name, made.bytes, link.url, link.untilMs);
    await deps.queueMail?.(`conversion-${conversion.id}`, { to: [wanted.mailTo], subject: words.mailSubject(name), text }, signal);
  }
  return { ...delivery, outcome: 'linked', link, isMailed };
}

/** What the card says of a file that was delivered. Pure. */
export function saidOf(
  { name, bytes, outcome, link, isMailed }: Delivery,
  { format, mostFileBytes, words }: { format: Format; mostFileBytes: number; words: Words['convert'] },
): RichText {
  if (outcome === 'too-large') return words.tooLargeForChat(bytes, mostFileBytes);
  const said = link ? words.link(name, bytes, link.url, link.untilMs) : words.done(name, bytes);
  const { mostMs } = formatDefinitions[format];
  const remark = mostMs !== null && format === 'gif' ? words.onlyBeginning(mostMs / 1_000) : [];
  return [...said, ...(isMailed ? words.mailed() : []), ...remark];
}

/** False: the chat does not take it. What is no picture to a platform (too narrow, too large) may still be a file. */
async function sendIntoChat({ conversion, made, talk, words }: ConvertedLink, fileName: string, signal: AbortSignal): Promise<boolean> {
  const { as, mimeType } = formatDefinitions[conversion.format];
  const content = new Blob([await readFile(made.file)], { type: mimeType });
  const { title, artist: performer } = made.tags;
  for (const how of as === 'document' ? [as] : ([as, 'document'] as const)) {
    try {
      const to = { chat: conversion.chat, replyTo: conversion.replyTo };
      await talk.sendFile(to, { as: how, content, fileName, title, performer }, words.caption(fileName), signal);
      return true;
    } catch (error) {
      const { code } = toAppError(error);
      if (code !== 'file-too-large' && !(code === 'chat-refused' && how !== 'document')) throw error;
    }
  }
  return false;
}

async function keep(
  { conversion, made }: ConvertedLink,
  name: string,
  publicUrl: string,
  { converting }: ConversionDeps,
  signal: AbortSignal,
): Promise<{ url: string; untilMs: number }> {
  const { keptFiles, fileLinks, convertLimits } = converting;
  const content = createReadStream(made.file);
  try {
    const { mimeType } = formatDefinitions[conversion.format];
    const kept = await keptFiles.keep({ name, mimeType, content: bytesOf(content) }, convertLimits.keepMs, signal);
    return { url: `${publicUrl}${fileLinks.pathOf(kept)}`, untilMs: kept.expiresAtMs };
  } finally {
    content.destroy();
  }
}

async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new AppError('internal', 'a file is not made of bytes');
    yield chunk;
  }
}

/** A name that every system takes. */
function fileNameOf({ made, conversion }: ConvertedLink): string {
  const title = cleanText((made.tags.title ?? '').replaceAll(/[\\/:*?"<>|.]+/g, ' '), nameLimit);
  return `${title === '' ? 'converted' : title}.${conversion.format}`;
}
