import type { ChatFile } from '@watchpost/shared/chat/chat';
import { slackFileSchema, toChatFile, type SlackFile } from '../file.ts';
import { isRecord, stringOf, stringsIn, type Fields } from './fields.ts';
import { decoded, fromMrkdwn, literally } from './pieces.ts';
import type { Texts } from './texts.ts';

const idPattern = /^[\w-]{1,64}$/;

/** The files of a message, and how the texts about each one are named: by number, as a name may be what a rule does not allow. */
export function readFiles(raw: Fields): { files: ChatFile[]; described: { file: unknown; where: string }[] } {
  const listed = Array.isArray(raw['files']) ? raw['files'] : [raw['files'] ?? raw['file'] ?? []].flat();
  const known: { file: SlackFile; raw: unknown }[] = [];
  const odd: unknown[] = [];
  for (const each of listed) {
    const { data } = slackFileSchema.safeParse(each);
    if (data && idPattern.test(data.id)) known.push({ file: data, raw: each });
    else odd.push(each);
  }
  const there = known.filter(({ file }) => !isGone(file));
  const described = [...there.map((each) => each.raw), ...known.filter(({ file }) => isGone(file)).map((each) => each.raw), ...odd];
  return {
    files: there.map(({ file }) => toChatFile(file)),
    described: described.map((file, index) => ({ file, where: `file ${String(index + 1)}` })),
  };
}

/** Deleted: a message keeps the place of it. */
const isGone = ({ mode, file_access: access }: SlackFile): boolean => mode === 'tombstone' || access === 'file_not_found';

/** What Slack tells about a file, by field. Its content is read elsewhere. */
const fields: Record<string, string> = {
  name: 'name',
  title: 'title',
  alt_txt: 'description',
  subject: 'subject',
  plain_text: 'preview',
  preview_plain_text: 'preview',
  preview: 'preview',
  simplified_html: 'preview',
  external_url: 'link',
};
/** Of e-mails, audio clips and uploads with a comment: whatever texts are in them. */
const nested: Record<string, string> = {
  initial_comment: 'comment',
  transcription: 'transcription',
  from: 'sender',
  to: 'recipient',
  cc: 'recipient',
  bcc: 'recipient',
  headers: 'headers',
  attachments: 'attachment',
};

/** Adds what a file object says. `where`: `file 1`. */
export function addFileTexts(texts: Texts, file: unknown, where: string): void {
  texts.part();
  if (!isRecord(file)) {
    for (const text of stringsIn(file)) texts.add(where, literally(text));
    return;
  }
  for (const [key, what] of Object.entries(fields)) texts.add(`${where}: ${what}`, literally(decoded(stringOf(file, key))));
  for (const [key, what] of Object.entries(nested))
    for (const text of stringsIn(file[key])) texts.add(`${where}: ${what}`, fromMrkdwn(text));
}
