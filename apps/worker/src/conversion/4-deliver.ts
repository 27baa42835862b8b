import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { formatDefinitions } from '@watchpost/convert/formats';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { cleanText } from '@watchpost/shared/text';
import type { ConvertedLink } from './3-convert.ts';
import type { ConversionDeps } from './deps.ts';

export type Delivery = 'sent' | 'linked' | 'too-large';

const nameLimit = { characters: 60, units: 120 };

/** Brings the file to whoever asked: into the chat where it takes it, else as a link that expires. By mail as well, where that was asked for. */
export async function deliver(converted: ConvertedLink, deps: ConversionDeps, signal: AbortSignal): Promise<Delivery> {
  const { conversion, made, talk, card, wanted, words } = converted;
  const { publicUrl, conversions } = deps.converting;
  const name = fileNameOf(converted);
  await conversions.change(conversion.id, { state: 'sending' }, signal);
  card.progress(words.sending(conversion.format));
  const isMailed = wanted.mailTo !== null && deps.queueMail !== null && publicUrl !== null;
  const isSent = !isMailed && made.bytes <= talk.mostFileBytes && (await sendIntoChat(converted, name, signal));
  if (isSent) {
    await card.last([...words.done(name, made.bytes), ...remark(converted)], signal);
    return 'sent';
  }
  if (publicUrl === null) {
    await card.last(words.tooLargeForChat(made.bytes, talk.mostFileBytes), signal);
    return 'too-large';
  }
  const { url, untilMs } = await keep(converted, name, publicUrl, deps, signal);
  if (isMailed && wanted.mailTo !== null) {
    const text = words.mailText(name, made.bytes, url, untilMs);
    await deps.queueMail?.(`conversion-${conversion.id}`, { to: [wanted.mailTo], subject: words.mailSubject(name), text }, signal);
  }
  const said = words.link(name, made.bytes, url, untilMs);
  await card.last([...said, ...(isMailed ? words.mailed() : []), ...remark(converted)], signal);
  return 'linked';
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

function remark({ conversion, words }: ConvertedLink): RichText {
  const { mostMs } = formatDefinitions[conversion.format];
  return mostMs !== null && conversion.format === 'gif' ? words.onlyBeginning(mostMs / 1_000) : [];
}

/** A name that every system takes. */
function fileNameOf({ made, conversion }: ConvertedLink): string {
  const title = cleanText((made.tags.title ?? '').replaceAll(/[\\/:*?"<>|.]+/g, ' '), nameLimit);
  return `${title === '' ? 'converted' : title}.${conversion.format}`;
}
