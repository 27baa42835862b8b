import { attributes, escapeHtml } from '../page-client/escape.ts';

export interface NoticeOptions {
  language: string;
  title: string;
  /** HTML. */
  body: string;
  /** Where the style is. */
  assets: string;
}

/** A page that is no feed's. */
export const renderNotice = ({ language, title, body, assets }: NoticeOptions): string =>
  `<!doctype html>\n<html${attributes({ lang: language })}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">` +
  `<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><link${attributes({ rel: 'icon', type: 'image/svg+xml', href: `${assets}icon.svg` })}>` +
  `<link${attributes({ rel: 'stylesheet', href: `${assets}feed.css` })}></head><body class="page"><header class="top"><h1>${escapeHtml(title)}</h1></header><main>${body}</main></body></html>`;
