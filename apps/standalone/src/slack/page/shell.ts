import { attributes, escapeHtml } from './html.ts';
import type { PageContent, Piece } from './read-page.ts';

export interface PageChannel {
  id: string;
  name: string;
  /** What is in it, in some words. */
  purpose: string;
  /** A reaction that each of its messages offers. */
  reaction?: string | undefined;
}

export interface ShellOptions {
  /** The one that opens first; the second is shown beside it where there is room; the others on their own. */
  channels: readonly [PageChannel, PageChannel, ...PageChannel[]];
  /** Id of the direct messages with the app. */
  directMessages: string;
  command: string;
}

/** The whole page, with what it shows now; its script keeps it up to date. */
export function renderShell({ channels, directMessages, command }: ShellOptions, content: PageContent): string {
  const piecesOf = (id: string): Piece[] => content.channels.find((channel) => channel.id === id)?.pieces ?? [];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>watchpost: emulated Slack</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"><script type="module" src="/client.js"></script></head>
<body><header class="top"><h1>watchpost</h1><p>An emulated Slack: cameras post, watchpost says who was there. Click <b>This is…</b> below a face to name it.</p></header>
<nav aria-label="Channels"><ul>${channels.map(({ id, name }, index) => tab(id, `#${name}`, index === 0)).join('')}${tab('app', 'watchpost', false)}</ul></nav>
<main>
${channels.map((channel, index) => channelPanel(channel, piecesOf(channel.id), places[index] ?? 'alone')).join('\n')}
<section${attributes({ class: 'panel', id: 'panel-app', 'data-panel': 'app', 'data-place': 'alone', 'aria-label': 'watchpost, the app', hidden: true })}>
<h2>watchpost <small>the app: its own page, and its messages to you</small></h2>
<div class="scroll"><h3 class="part">Home</h3><div${attributes({ id: 'home', 'data-hash': content.home.hash })}>${content.home.html}</div>
<h3 class="part">Messages</h3>${list(directMessages, piecesOf(directMessages), 'No message yet. watchpost writes here when somebody comes whom you want to be told about.')}</div>
${composer(directMessages, 'Message watchpost', 'Message to watchpost')}
</section>
</main>
<p class="terminal">In a terminal: <code>${escapeHtml(command)} people</code></p>
<dialog id="modal" aria-labelledby="modal-title"></dialog>
<dialog id="confirm" aria-labelledby="confirm-title"><form method="dialog"><header><h2 id="confirm-title"></h2></header><div class="body"><p id="confirm-text"></p></div><footer><button class="button" value="no"></button><button class="button primary" value="yes"></button></footer></form></dialog>
<div id="toast" role="status" aria-live="polite"></div>
</body></html>`;
}

const tab = (id: string, words: string, current: boolean): string =>
  `<li><button${attributes({ type: 'button', 'data-tab': id, 'aria-current': current ? 'page' : undefined })}>${escapeHtml(words)}</button></li>`;

/** Where a channel is shown: the first two side by side where there is room. */
type PanelPlace = 'first' | 'second' | 'alone';
const places = ['first', 'second'] as const;

function channelPanel({ id, name, purpose }: PageChannel, pieces: readonly Piece[], place: PanelPlace): string {
  return (
    `<section${attributes({ class: `panel ${place}`, id: `panel-${id}`, 'data-panel': id, 'data-place': place, 'aria-label': `#${name}`, hidden: place === 'alone' })}>` +
    `<h2>#${escapeHtml(name)} <small>${escapeHtml(purpose)}</small></h2><div class="scroll" tabindex="0" role="region"${attributes({ 'aria-label': `Messages in #${name}` })}>${list(id, pieces, 'Nothing yet.')}</div>` +
    `<button type="button" class="newest" data-newest hidden>Newest messages ↓</button>${composer(id, `Message #${name}, or /faces, /rules`, `Message to #${name}`)}</section>`
  );
}

/** The messages of a channel, each with its hash. */
const list = (id: string, pieces: readonly Piece[], empty: string): string =>
  `<p class="empty">${escapeHtml(empty)}</p><ol${attributes({ class: 'messages', 'data-list': id })}>${pieces.map(({ key, hash, html }) => `<li${attributes({ 'data-key': key, 'data-hash': hash })}>${html}</li>`).join('')}</ol>`;

const composer = (channel: string, placeholder: string, label: string): string =>
  `<form${attributes({ class: 'composer', 'data-composer': channel })}><input${attributes({ name: 'text', type: 'text', autocomplete: 'off', placeholder, 'aria-label': label })}><button type="submit" class="button">Send</button></form>`;
