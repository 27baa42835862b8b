import { formats, type Format } from '@watchpost/convert/formats';
import { convertibleLink } from '@watchpost/convert/links';
import { parseUrl } from '@watchpost/shared/parse-url';

/** What somebody wants to be converted. */
export interface ConvertRequest {
  /** Null: there is no link of a host that is allowed. */
  link: string | null;
  /** Of the first link, allowed or not; null: there is none. */
  host: string | null;
  /** Null: they do not say. */
  format: Format | null;
  /** Whom mail is wanted for; null: nobody. */
  mailTo: string | null;
}

const linkPattern = /https?:\/\/[^\s<>"]+/i;
/** As people type it, without https:// before it. */
const barePattern = /^(?:\S+\s+)?((?:[a-z0-9-]+\.)+[a-z]{2,}\/\S+)/i;
const mailPattern = /\bto\s+(\S+@\S+\.\S+)\s*$/i;

/** Reads `LINK mp3 to me@example.org`, in which only the link must be, or a message with a link in it. Pure. */
export function readRequest(typed: string, hosts: readonly string[]): ConvertRequest {
  const mailTo = mailPattern.exec(typed)?.[1]?.toLowerCase() ?? null;
  const text = typed.replace(mailPattern, '').trim();
  const found = linkPattern.exec(text)?.[0] ?? null;
  const bare = found === null ? barePattern.exec(text)?.[1] : undefined;
  const written = found ?? bare ?? null;
  const first = found ?? (bare === undefined ? null : `https://${bare}`);
  const link = convertibleLink(found === null && first !== null ? first : text, hosts);
  // Only what stands right beside the link is a format: others may write about mp3 files.
  const [before = '', after = ''] = written === null ? [text, ''] : text.split(written);
  const format = formatOf(after.trim().split(/\s+/)[0]) ?? formatOf(before.trim().split(/\s+/).at(-1));
  return { link, host: first === null ? null : (parseUrl(first)?.hostname ?? null), format, mailTo };
}

function formatOf(word: string | undefined): Format | null {
  const name = word?.toLowerCase().replace(/^\./, '').replace('jpeg', 'jpg');
  return formats.find((each) => each === name) ?? null;
}
