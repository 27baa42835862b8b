import PostalMime, { decodeWords } from 'postal-mime';
import { nameOf, within } from '../place.ts';
import type { ReadBytes } from '../reading.ts';
import { readHtml } from './html.ts';

/** A mail: its headers, its text in all versions, and what is attached, with the mails in it. */
export const readMail: ReadBytes = async (bytes, place, reading) => {
  const mail = await PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: 32, attachmentEncoding: 'arraybuffer' });
  reading.text(within(place.where, 'headers'), mail.headers.map(({ key, value }) => `${key}: ${decodeWords(value)}`).join('\n'));
  reading.text(within(place.where, 'body'), mail.text ?? '');
  if (mail.html) await readHtml(Buffer.from(mail.html), { where: within(place.where, 'body'), depth: place.depth }, reading);
  for (const [index, { filename, description, content }] of mail.attachments.entries()) {
    const name = `attachment ${index + 1}`;
    const where = within(place.where, name);
    reading.entry(where);
    reading.text(nameOf(where), [filename, description].filter(Boolean).join('\n'));
    const attached = typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
    reading.unpacked(where, attached.length);
    if (attached.length > 0) await reading.inner(attached, place, name);
  }
};

/** Mails one after the other, each after a line that begins with `From `. */
export const readMailbox: ReadBytes = async (bytes, place, reading) => {
  const starts = Array.from(bytes.toString('latin1').matchAll(/^From [^\n]*\n/gm), ({ index, 0: line }) => ({
    index,
    end: index + line.length,
  }));
  for (const [number, { index, end }] of starts.entries()) {
    const where = within(place.where, `mail ${number + 1}`);
    reading.entry(where);
    reading.text(`${where}: name`, bytes.toString('latin1', index, end));
    await reading.inner(bytes.subarray(end, starts[number + 1]?.index), place, `mail ${number + 1}`);
  }
};
