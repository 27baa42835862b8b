import { readBlocks } from '../blocks.ts';
import { attributes, escapeHtml } from './html.ts';
import { mrkdwnToHtml } from './mrkdwn-html.ts';
import { renderBlocks } from './render-blocks.ts';
import type { Surroundings } from './render-elements.ts';

/** A message as the page shows it. */
export interface ShownMessage {
  channel: string;
  ts: string;
  /** The message whose thread it is in. */
  thread?: string | undefined;
  author: string;
  /** Apps have a badge. */
  by: 'app' | 'person' | 'slack';
  text: string;
  blocks: unknown;
  pictures: readonly { id: string; name: string }[];
  replies: readonly ShownMessage[];
  /** By the names of their emoji. `mine`: the person at the page set it. */
  reactions: readonly { name: string; count: number; mine: boolean }[];
  /** The reaction that a button offers; undefined: none. */
  offers?: string | undefined;
  /** Only the person at the page sees it. */
  ephemeral: boolean;
}

/** An entry of each message's menu. */
export interface Shortcut {
  name: string;
  callbackId: string;
}

/** A message as Slack shows it, with its thread below. */
export function renderMessage(message: ShownMessage, around: Surroundings, shortcuts: readonly Shortcut[]): string {
  const { channel, ts, thread, author, by, ephemeral, replies } = message;
  const at = new Date(Number(ts) * 1_000).toISOString();
  const badge = by === 'app' ? ' <span class="badge">APP</span>' : '';
  const head = `<p class="by"><b>${escapeHtml(author)}</b>${badge} <time${attributes({ datetime: at, 'data-tokens': '{time}' })}>${at.slice(11, 16)}</time></p>`;
  const only = ephemeral ? '<p class="small only">Only visible to you</p>' : '';
  const below = replies.map((reply) => renderMessage(reply, around, [])).join('');
  const thread_ = below === '' ? '' : `<div class="thread"><p class="small">${countOf(replies.length)}</p>${below}</div>`;
  return (
    `<article${attributes({ id: `${channel}-p${ts.replace('.', '')}`, class: ephemeral ? 'message ephemeral' : 'message', 'data-channel': channel, 'data-ts': ts, 'data-thread': thread, tabindex: -1 })}>` +
    `<div${attributes({ class: `avatar tint${String(tintOf(author))}`, 'aria-hidden': 'true' })}>${escapeHtml(Array.from(author)[0] ?? '?')}</div>` +
    `<div class="content">${only}${head}${contentOf(message, around)}${thread_}</div>${menuOf(message, shortcuts)}</article>`
  );
}

const countOf = (replies: number): string => (replies === 1 ? '1 reply' : `${String(replies)} replies`);

/** Blocks, or else the text; and the files. */
function contentOf({ blocks, text, pictures, reactions, offers }: ShownMessage, around: Surroundings): string {
  const read = readBlocks(blocks);
  const words =
    read.length > 0 ? renderBlocks(read, around) : text === '' ? '' : `<div class="text">${mrkdwnToHtml(text, around.nameOf)}</div>`;
  const shown = pictures.map(({ id, name }) => {
    const src = `/picture/${encodeURIComponent(id)}`;
    return `<figure><figcaption>${escapeHtml(name)}</figcaption><a${attributes({ href: src, target: '_blank' })}><img${attributes({ src, alt: name, loading: 'lazy' })}></a></figure>`;
  });
  return words + shown.join('') + reactionsOf(reactions, offers);
}

/** Emoji that the demonstration uses; others are shown by their names. */
const emoji: Partial<Record<string, string>> = { white_check_mark: '✅', clock1: '🕐', rocket: '🚀', x: '❌', tada: '🎉', eyes: '👀' };

function reactionsOf(reactions: ShownMessage['reactions'], offers: string | undefined): string {
  const offered = offers === undefined || reactions.some(({ name }) => name === offers) ? [] : [{ name: offers, count: 0, mine: false }];
  const buttons = [...reactions, ...offered].map(({ name, count, mine }) => {
    const label = `${name.replaceAll('_', ' ')}, ${count === 1 ? '1 reaction' : `${String(count)} reactions`}`;
    const shown = `${emoji[name] ?? `:${name}:`} ${count === 0 ? '+' : String(count)}`;
    return `<button${attributes({ type: 'button', class: 'reaction', 'data-react': name, 'aria-pressed': mine ? 'true' : 'false', 'aria-label': label })}>${escapeHtml(shown)}</button>`;
  });
  return buttons.length === 0 ? '' : `<p class="reactions">${buttons.join('')}</p>`;
}

function menuOf({ ephemeral, pictures }: ShownMessage, shortcuts: readonly Shortcut[]): string {
  if (ephemeral)
    return '<button type="button" class="dismiss" data-dismiss aria-label="Dismiss message" title="Dismiss message">×</button>';
  if (pictures.length === 0 || shortcuts.length === 0) return '';
  const entries = shortcuts.map(
    ({ name, callbackId }) => `<li><button${attributes({ type: 'button', 'data-shortcut': callbackId })}>${escapeHtml(name)}</button></li>`,
  );
  return `<details class="menu corner" data-menu="shortcuts"><summary aria-label="More actions" title="More actions">⋯</summary><ul>${entries.join('')}</ul></details>`;
}

/** So that each camera keeps its colour. */
const tintOf = (name: string): number => Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 5;
