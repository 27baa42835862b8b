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
/** Of one word. Only one part of it can hold each character: what people write is as long as they like. */
const mailPattern = /^[^@]+@[^@]+\.[^@.]+$/;

/** Reads `LINK mp3 to me@example.org`, in which only the link must be, or a message with a link in it. Pure. */
export function readRequest(typed: string, hosts: readonly string[]): ConvertRequest {
  const { mailTo, text } = splitMail(typed.trim());
  const { written, url } = firstLink(text);
  // A link that was typed without https:// is none that convertibleLink would find.
  const link = convertibleLink(text.includes(url) ? text : url, hosts);
  // Only what stands right beside the link is a format: others may write about mp3 files.
  const [before = '', after = ''] = written === '' ? [text] : text.split(written);
  const format = formatOf(after.trim().split(/\s+/)[0]) ?? formatOf(before.trim().split(/\s+/).at(-1));
  return { link, host: parseUrl(url)?.hostname ?? null, format, mailTo };
}

/** What is written before `to ADDRESS` at the end, if that is there, and the address. */
function splitMail(typed: string): { mailTo: string | null; text: string } {
  const last = typed.split(/\s+/).at(-1) ?? '';
  const before = typed.slice(0, typed.length - last.length).trimEnd();
  if (!mailPattern.test(last) || !/\bto$/i.test(before)) return { mailTo: null, text: typed };
  return { mailTo: last.toLowerCase(), text: before.slice(0, -2).trim() };
}

/** The first link as it was written, and as a URL; both empty: there is none. */
function firstLink(text: string): { written: string; url: string } {
  const whole = linkPattern.exec(text)?.[0];
  if (whole !== undefined) return { written: whole, url: whole };
  const bare = barePattern.exec(text)?.[1] ?? '';
  return { written: bare, url: bare === '' ? '' : `https://${bare}` };
}

function formatOf(word: string | undefined): Format | null {
  const name = word?.toLowerCase().replace(/^\./, '').replace('jpeg', 'jpg');
  return formats.find((each) => each === name) ?? null;
}
