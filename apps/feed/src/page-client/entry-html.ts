import { attributes, escapeHtml } from './escape.ts';
import type { ShownEntry, ShownPicture } from './shown.ts';
import { type Clock, fullTime, shortTime } from './times.ts';
import { fill } from './words.ts';

/** The id of an entry's element on the page. Atom and JSON Feed link to it. */
export const elementId = (ts: string): string => `entry-${ts}`;

/** What an entry is a reply to, where it stands on its own: the name, or null where that is not on the page; undefined: it is no such reply. */
export type RepliesTo = { ts: string; name: string } | null | undefined;

/**
 * What an entry looks like, for the server's page and for the script: the inside of its element, without its replies. `html` has been made
 * safe by whoever rendered it; all the rest is escaped here.
 */
export function articleHtml(entry: ShownEntry, clock: Clock, repliesTo: RepliesTo): string {
  const { user } = entry;
  const at = new Date(entry.posted_at);
  const title = user.title ? ` <span class="title" dir="auto">${escapeHtml(user.title)}</span>` : '';
  const edited = entry.is_edited ? `<span class="edited">${escapeHtml(clock.words.edited)}</span>` : '';
  const time = `<time${attributes({ datetime: entry.posted_at, title: fullTime(clock, at) })}>${escapeHtml(shortTime(clock, at))}</time>`;
  const link = `<a${attributes({ href: `page?at=${encodeURIComponent(entry.ts)}#${elementId(entry.ts)}` })}>${time}</a>`;
  return (
    `<article${attributes({ 'aria-labelledby': `${elementId(entry.ts)}-by` })}>${avatar(entry)}<div class="body">` +
    `<header><span class="who"><b${attributes({ class: 'name', dir: 'auto', id: `${elementId(entry.ts)}-by` })}>${escapeHtml(user.display_name)}</b>${title}</span>` +
    `<span class="when">${link}${edited}</span></header>` +
    inReply(repliesTo, clock) +
    (entry.html === '' ? '' : `<div class="text" dir="auto">${entry.html}</div>`) +
    pictures(entry, clock) +
    `</div></article>`
  );
}

function inReply(to: RepliesTo, { words }: Clock): string {
  if (to === undefined) return '';
  if (to === null) return `<p class="in-reply">${escapeHtml(words.inReplyToEarlier)}</p>`;
  return `<p class="in-reply"><a${attributes({ href: `#${elementId(to.ts)}` })}>${escapeHtml(fill(words.inReplyTo, { name: to.name }))}</a></p>`;
}

/** A member's picture; without one, the first letters of the name on one of six colours. The name stands beside it. */
function avatar({ user }: ShownEntry): string {
  if (user.image_48) return `<img${attributes({ class: 'avatar', src: user.image_48, width: 48, height: 48, loading: 'lazy' })} alt="">`;
  const letters = user.display_name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  const initials = [letters[0], letters.length > 1 ? letters.at(-1) : undefined].join('').toUpperCase();
  const colour = Array.from(user.id ?? user.display_name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 6_000, 7) % 6;
  return `<span class="avatar letters colour-${String(colour)}" aria-hidden="true">${escapeHtml(initials)}</span>`;
}

function pictures(entry: ShownEntry, clock: Clock): string {
  if (entry.pictures.length === 0) return '';
  const several = entry.pictures.length > 1 ? ' several' : '';
  return `<div class="pictures${several}">${entry.pictures.map((each) => picture(each, entry, clock)).join('')}</div>`;
}

/** Its size is known before it is loaded, so that nothing moves then. */
function picture({ state, url, width, height, alt }: ShownPicture, { user }: ShownEntry, { words }: Clock): string {
  const description = alt || fill(words.pictureOf, { name: user.display_name });
  if (state === 'there' && url !== null) {
    return `<img${attributes({ class: 'picture', src: url, width, height, alt: description, loading: 'lazy', decoding: 'async' })}>`;
  }
  const size = { width: width ?? 640, height: height ?? 480 };
  return (
    `<div class="coming"><svg${attributes({ ...size, viewBox: `0 0 ${String(size.width)} ${String(size.height)}`, 'aria-hidden': 'true' })}></svg>` +
    `<p>${escapeHtml(words.pictureComing)}</p></div>`
  );
}

/** An entry with those of its replies that are on the page, the oldest first. */
export interface Thread {
  entry: ShownEntry;
  repliesTo: RepliesTo;
  replies: readonly ShownEntry[];
}

/** The element of an entry and its replies. */
export function threadHtml({ entry, repliesTo, replies }: Thread, clock: Clock): string {
  const list = replies.map((reply) => threadHtml({ entry: reply, repliesTo: undefined, replies: [] }, clock)).join('');
  return (
    `<li${attributes({ class: 'entry', id: elementId(entry.ts), tabindex: -1 })}>${articleHtml(entry, clock, repliesTo)}` +
    (list === '' ? '' : `<ol${attributes({ class: 'replies', 'aria-label': clock.words.replies })}>${list}</ol>`) +
    `</li>`
  );
}
