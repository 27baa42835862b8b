import { attributes, escapeHtml } from '../../slack/page/html.ts';
import type { Button, Chat, Message, StoredFile } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { icons } from './icons.ts';
import { textToHtml } from './text-html.ts';

/** Who looks at the page. */
export interface Viewer {
  world: World;
  youId: number;
}

/** A message as a bubble; several that were sent together are one. */
export function renderMessage({ world, youId }: Viewer, chat: Chat, messages: readonly [Message, ...Message[]]): string {
  const [first] = messages;
  const last = messages.at(-1) ?? first;
  const own = first.from === youId;
  const author = nameOf(world, chat, first);
  const words = messages.map(({ text, entities }) => (text === '' ? '' : `<div class="text">${textToHtml(text, entities)}</div>`)).join('');
  const files = messages.flatMap(({ file }) => file ?? []);
  const attached = { class: own ? 'message own' : 'message', id: `m${String(chat.id)}_${String(first.id)}`, 'data-message': first.id };
  return (
    `<article${attributes({ ...attached, tabindex: -1, 'aria-label': `${own ? 'You' : author}:` })}><div class="bubble">` +
    (own || chat.type === 'private'
      ? ''
      : `<p${attributes({ class: `author ${tintOf(first.from ?? chat.id)}` })}>${escapeHtml(author)}</p>`) +
    forwarded(world, first) +
    answered(world, chat, first) +
    (files.length > 0
      ? `<div${attributes({ class: files.length > 1 ? 'files album' : 'files' })}>${files.map(renderFile).join('')}</div>`
      : '') +
    words +
    `<p class="meta">${last.editDateS === null ? '' : '<span>edited</span> '}${clock(first.dateS)}</p></div>` +
    `<button${attributes({ type: 'button', class: 'round small reply', 'data-reply': first.id, 'aria-label': `Reply to ${own ? 'your' : `${author}'s`} message` })}>${icons.reply}</button>` +
    keyboard(first) +
    `</article>`
  );
}

/** The page's script shows it in the reader's time zone. */
export const clock = (dateS: number): string => {
  const when = new Date(dateS * 1_000).toISOString();
  return `<time${attributes({ datetime: when, 'data-clock': true })}>${when.slice(11, 16)}</time>`;
};

/** What a message says in one line. */
export const oneLine = ({ text, file }: Message): string => {
  const kinds = { photo: 'Photo', document: file?.name ?? 'File', audio: file?.title ?? 'Audio', video: 'Video', animation: 'GIF' };
  const line = text.replaceAll(/\s+/g, ' ');
  return file ? [kinds[file.kind], line].filter((part) => part !== '').join(', ') : line;
};

export const nameOf = (world: World, chat: Chat, { from }: Message): string =>
  from === null ? chat.title : (world.accounts.get(from)?.name ?? 'Deleted Account');

/** One of seven colours, always the same for the same id. */
export const tintOf = (id: number): string => `tint${String(Math.abs(id) % 7)}`;

function forwarded(world: World, { forwardedFrom }: Message): string {
  const origin = forwardedFrom === null ? undefined : world.chats.get(forwardedFrom);
  return origin ? `<p class="forwarded">Forwarded from <b>${escapeHtml(origin.title)}</b></p>` : '';
}

function answered(world: World, chat: Chat, { replyTo }: Message): string {
  const message = replyTo === null ? undefined : chat.messages.get(replyTo);
  if (!message) return '';
  const href = `#m${String(chat.id)}_${String(message.id)}`;
  return `<a${attributes({ class: 'answered', href, 'data-go': href.slice(1) })}><b>${escapeHtml(nameOf(world, chat, message))}</b><span>${escapeHtml(oneLine(message))}</span></a>`;
}

function renderFile({ id, kind, name, mimeType, width, height, bytes, title, performer }: StoredFile): string {
  const src = `/file/${id}`;
  if (kind === 'photo' || mimeType === 'image/gif') {
    const image = `<img${attributes({ src, alt: 'Photo', width, height, loading: 'lazy' })}>`;
    return `<button${attributes({ type: 'button', class: 'photo', 'data-zoom': src, 'aria-label': 'Open the photo' })}>${image}</button>`;
  }
  if (kind === 'video' || kind === 'animation') return `<video${attributes({ src, controls: true, preload: 'metadata' })}></video>`;
  const label = title === null ? (name ?? 'file') : [performer, title].filter((part) => part !== null).join(': ');
  const size =
    bytes.byteLength < 1_000_000 ? `${String(Math.ceil(bytes.byteLength / 1_000))} KB` : `${(bytes.byteLength / 1_000_000).toFixed(1)} MB`;
  const row = `<a${attributes({ class: 'document', href: src, download: name ?? 'file' })}><span class="disc">${icons.document}</span><span><b>${escapeHtml(label)}</b><small>${size}</small></span></a>`;
  return kind === 'audio' ? `${row}<audio${attributes({ src, controls: true, preload: 'metadata', 'aria-label': label })}></audio>` : row;
}

function keyboard({ markup, id }: Message): string {
  if (markup?.kind !== 'inline') return '';
  const row = (buttons: readonly Button[]): string => `<div class="row">${buttons.map((button) => keyOf(button, id)).join('')}</div>`;
  return `<div class="keyboard" role="group" aria-label="Buttons of this message">${markup.rows.map(row).join('')}</div>`;
}

const keyOf = ({ text, url }: Button, message: number): string =>
  url === null
    ? `<button${attributes({ type: 'button', 'data-press': text, 'data-of': message })}>${escapeHtml(text)}</button>`
    : `<a${attributes({ href: /^https?:\/\//.test(url) ? url : `https://${url}`, target: '_blank', rel: 'noopener noreferrer nofollow' })}>${escapeHtml(text)} ↗</a>`;
