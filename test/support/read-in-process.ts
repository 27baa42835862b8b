import { readFileSync } from 'node:fs';
import { defaultLimits, type Extracted, type ExtractLimits } from '@watchpost/extract/extract';
import { isPlace } from '@watchpost/extract/place';
import { readBytes } from '@watchpost/extract/read-bytes';
import { createReading, LimitError } from '@watchpost/extract/reading';
import { fromRoot } from './root.ts';

/** A file that another program made. */
export const fixture = (name: string): Buffer => readFileSync(fromRoot(`test/fixtures/extract/${name}`));

/** Reads a file as a child does, but here. Fails if a place is named by words of the file. */
export async function readHere(bytes: Buffer | string, limits: Partial<ExtractLimits> = {}, ocr = false): Promise<Extracted> {
  const extracted: Extracted = { format: '', texts: [], unread: [] };
  const checked = (where: string): string => {
    if (!isPlace(where)) throw new Error(`${where} is no place`);
    return where;
  };
  const reading = createReading({ ...defaultLimits, ...limits }, ocr, readBytes, {
    format: (format) => {
      extracted.format = format;
    },
    text: (where, text) => extracted.texts.push({ where: checked(where), text }),
    unread: (where, reason) => extracted.unread.push({ where: checked(where), reason }),
  });
  try {
    await reading.part('', async () => readBytes(Buffer.from(bytes), { where: '', depth: 0 }, reading));
  } catch (thrown) {
    if (!(thrown instanceof LimitError)) throw thrown;
    reading.unread(thrown.where, thrown.reason);
  }
  return extracted;
}

/** What stands at a place, all texts of it. */
export const textAt = ({ texts }: Extracted, where: string): string =>
  texts
    .filter((text) => text.where === where)
    .map(({ text }) => text)
    .join('\n');

/** Everything that a file says. */
export const allText = ({ texts }: Extracted): string => texts.map(({ text }) => text).join('\n');
