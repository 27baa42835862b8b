import type { MessageText } from '@watchpost/shared/chat/message';
import type { Extractor } from '@watchpost/extract/extract';
import type { FileJob } from '@watchpost/shared/jobs/file-job';
import type { Unread } from '@watchpost/rules/violation';
import type { Fetched } from './1-fetch.ts';

export interface ReadFile {
  format: string;
  texts: MessageText[];
  /** What somebody might have expected to be read. */
  unread: Unread[];
}

/** A page of a document, at the end of a place: whoever scanned it meant it to be read. */
const isPage = (where: string): boolean => /(?:^|\/ )page \d+$/.test(where);

/** What the file says, each place named by the file's number. Pictures without OCR, sound and video are not expected to be read; pages are. */
export async function extract(
  { file, bytes }: Fetched,
  job: FileJob,
  { extractor }: { extractor: Pick<Extractor, 'extract'> },
  signal: AbortSignal,
): Promise<ReadFile> {
  const { format, texts, unread } = await extractor.extract(bytes, { name: file.name, mimeType: file.mimeType }, signal);
  const place = (where: string): string => placeIn(job, where);
  return {
    format,
    texts: texts.map(({ where, text }) => ({ where: place(where), text })),
    unread: unread.flatMap(({ where, reason }) =>
      reason === 'no-text' && !isPage(where) ? [] : [{ fileId: job.fileId, where: place(where).slice(0, 200), reason }],
    ),
  };
}

/** `file 2`, `file 2 / page 3`. */
export const placeIn = ({ number }: Pick<FileJob, 'number'>, where: string): string =>
  where === '' ? `file ${number}` : `file ${number} / ${where}`;
