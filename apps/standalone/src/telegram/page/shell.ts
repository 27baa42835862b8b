import { attributes, escapeHtml } from '../../slack/page/html.ts';
import { icons } from './icons.ts';
import { avatar, type PageChat, type PageContent } from './read-page.ts';

/** The whole page, with what it shows now; its script keeps it up to date. */
export const renderShell = (content: PageContent, botName: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>watchpost: emulated Telegram</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"><script type="module" src="/client.js"></script></head>
<body${attributes({ 'data-bot': botName })}>
<div class="side"><header><h1>watchpost</h1><p>an emulated Telegram</p></header>
<nav aria-label="Chats"><ul id="chats">${content.chats.map(entry).join('')}</ul></nav></div>
<main>${content.chats.map(panel).join('\n')}<p class="none">Choose a chat.</p></main>
<dialog id="alert" aria-labelledby="alert-title"><form method="dialog"><h2 id="alert-title">${escapeHtml(botName)}</h2><p id="alert-text"></p><button class="button">OK</button></form></dialog>
<dialog id="zoom" aria-label="Photo"><form method="dialog"><button class="round" aria-label="Close">${icons.close}</button></form><img alt="Photo"></dialog>
<div id="toast" role="status" aria-live="polite"></div>
</body></html>`;

const entry = ({ id, title, tint, entry }: PageChat): string =>
  `<li${attributes({ 'data-entry': id })}><button${attributes({ type: 'button', 'data-chat': id })}>${avatar(title, tint)}<span class="title">${escapeHtml(title)}</span><span class="line"${attributes({ 'data-key': entry.key, 'data-hash': entry.hash })}>${entry.html}</span><span class="unread" hidden></span></button></li>`;

function panel({ id, title, status, tint, pieces, started }: PageChat): string {
  const list = pieces.map(({ key, hash, html }) => `<li${attributes({ 'data-key': key, 'data-hash': hash })}>${html}</li>`).join('');
  return (
    `<section${attributes({ class: 'panel', 'data-panel': id, 'aria-label': title, hidden: true })}>` +
    `<header><button type="button" class="round back" data-back aria-label="Back to the chats">${icons.back}</button>${avatar(title, tint)}<div><h2>${escapeHtml(title)}</h2><p class="status" aria-live="polite">${escapeHtml(status)}</p></div></header>` +
    `<div class="scroll" tabindex="0" role="region"${attributes({ 'aria-label': `Messages in ${title}` })}><p class="empty">${empty(id, title)}</p><ol class="messages"${attributes({ 'data-list': id })}>${list}</ol></div>` +
    `<button type="button" class="round newest" data-newest hidden aria-label="Newest messages">${icons.down}</button>` +
    `<div class="foot"><button type="button" class="button start" data-start${attributes({ hidden: started })}>START</button>` +
    composer(id, title) +
    `</div></section>`
  );
}

const empty = (id: number, title: string): string =>
  id > 0
    ? 'This is a bot. Press <b>Start</b>, then send it a photo, a link, or a command.'
    : `Nothing has been posted to ${escapeHtml(title)} yet.`;

const composer = (id: number, title: string): string =>
  `<form class="composer"${attributes({ 'data-composer': id })}>` +
  `<div class="bar" data-bar hidden><div><b data-bar-title></b><span data-bar-text></span></div><label class="as-file" hidden><input type="checkbox" name="asFile" aria-label="Send pictures as file"> as file</label><button type="button" class="round small" data-bar-close aria-label="Cancel">${icons.close}</button></div>` +
  `<ul class="menu" role="listbox"${attributes({ id: `menu${String(id)}`, 'aria-label': 'Commands', hidden: true })}></ul>` +
  `<div class="write"><button type="button" class="menu-button" data-menu aria-label="Menu of commands" hidden>/</button>` +
  `<label class="round attach">${icons.attach}<input type="file" name="files" multiple aria-label="Attach photos or files"></label>` +
  `<textarea name="text" rows="1" placeholder="Message"${attributes({ 'aria-label': `Message to ${title}`, 'aria-controls': `menu${String(id)}` })}></textarea>` +
  `<button class="round send" aria-label="Send">${icons.send}</button></div></form>`;
