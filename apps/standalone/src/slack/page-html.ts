export interface PageMessage {
  /** Slack's time stamp of the message. */
  id: string;
  author: string;
  at: Date;
  text: string;
  pictures: { path: string; name: string }[];
}

export interface PageColumn {
  name: string;
  title: string;
  messages: PageMessage[];
}

/** Channels side by side, newest message first. The page refreshes itself every few seconds. `command` calls the command line. */
export function renderPage(columns: PageColumn[], command: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>watchpost: emulated Slack</title>
<style>${style}</style></head>
<body><header><h1>watchpost</h1><p>An emulated Slack. Name a person from a terminal: <code>${escape(command)} name "Unknown 1" Ada</code></p></header>
<main>${columns.map(renderColumn).join('')}</main>
<script>${refresh}</script></body></html>`;
}

function renderColumn({ name, title, messages }: PageColumn): string {
  const list = messages.length === 0 ? '<p class="empty">Nothing yet.</p>' : messages.map(renderMessage).join('');
  return `<section><h2>#${escape(name)} <small>${escape(title)}</small></h2>${list}</section>`;
}

function renderMessage({ id, author, at, text, pictures }: PageMessage): string {
  const time = at.toISOString().slice(11, 19);
  const shown = pictures
    .map(({ path, name }) => `<a href="${escape(path)}"><img src="${escape(path)}" alt="${escape(name)}" loading="lazy"></a>`)
    .join('');
  return `<article id="p${id.replace('.', '')}"><p class="by"><b>${escape(author)}</b> <time>${time}</time></p>${text === '' ? '' : `<p>${toHtml(text)}</p>`}${shown}</article>`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Slack's mrkdwn as HTML: links, bold and line breaks. `<` begins a link; Slack has escaped those of the text itself. */
function toHtml(text: string): string {
  return text
    .split(/(<https?:[^<>]*>)/)
    .map((part) => {
      const [, url, label] = /^<([^|\s]+)(?:\|(.*))?>$/s.exec(part) ?? [];
      return url === undefined ? runToHtml(part) : `<a href="${quoted(onThisPage(url))}">${runToHtml(label ?? url)}</a>`;
    })
    .join('');
}

/** Bold as in Slack: not inside a word, and no space or joiner (U+2060) inside the marks. */
const runToHtml = (text: string): string =>
  quoted(text)
    .replaceAll(/(?<![\w*])\*(?![\s\u2060])([^*\n]+)(?<![\s\u2060])\*(?![\w*])/g, '<b>$1</b>')
    .replaceAll('\n', '<br>');

/** Without `&`, which Slack has escaped. */
const quoted = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Points a permalink, which the emulated Slack does not serve, to the message on this page. */
const onThisPage = (url: string): string => url.replace(/^http:\/\/127\.0\.0\.1:\d+\/archives\/[A-Z0-9]+\/(p\d+)$/, '#$1');

/** On a narrow screen the results come first: below hundreds of snapshots nobody would find them. */
const style = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0; } header { padding: 12px 20px; border-bottom: 1px solid #8884; } h1 { margin: 0; font-size: 20px; } header p { margin: 4px 0 0; }
main { display: grid; grid-template-columns: 1fr 1.6fr; gap: 24px; padding: 0 20px 40px; }
h2 { font-size: 16px; position: sticky; top: 0; margin: 0; padding: 12px 0; background: Canvas; } small { font-weight: 400; opacity: .7; }
article:target { background: #e9b94933; } article { padding: 10px 0; border-top: 1px solid #8883; } p { margin: 0 0 6px; overflow-wrap: anywhere; } time, .empty { opacity: .65; }
img { max-width: 100%; border-radius: 8px; display: block; } code { background: #8882; padding: 1px 5px; border-radius: 4px; }
@media (max-width: 800px) { main { grid-template-columns: 1fr; } section:last-child { order: -1; } }`;

const refresh = `
setInterval(async () => {
  const response = await fetch(location.href).catch(() => undefined);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
  const shown = document.querySelector('main');
  if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}, 3000);`;
