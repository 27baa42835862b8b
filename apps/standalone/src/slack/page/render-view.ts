import { blocksOf, type View } from '../front/only-here.ts';
import { attributes, escapeHtml } from './html.ts';
import { renderBlocks } from './render-blocks.ts';
import type { Surroundings } from './render-elements.ts';

/** What is inside of the page's dialog while this modal is open. */
export function renderModal(view: View, around: Surroundings): string {
  const submit = view.submit ? `<button type="submit" class="button primary">${escapeHtml(view.submit.text)}</button>` : '';
  const close = `<button type="button" class="button" data-close>${escapeHtml(view.close?.text ?? (view.submit ? 'Cancel' : 'Close'))}</button>`;
  return (
    `<form${attributes({ method: 'dialog', novalidate: true, 'data-view': view.id })}>` +
    `<header><h2 id="modal-title">${escapeHtml(view.title?.text ?? '')}</h2><button type="button" class="dismiss" data-close aria-label="Close">×</button></header>` +
    `<div class="body">${renderBlocks(blocksOf(view), around)}<p class="error" role="alert" data-trouble></p></div>` +
    `<footer>${close}${submit}</footer></form>`
  );
}

/** The app's own page. */
export const renderHome = (view: View | undefined, around: Surroundings): string =>
  view === undefined
    ? '<p class="empty">watchpost shows its page here as soon as it has answered.</p>'
    : `<div${attributes({ 'data-view': view.id })}>${renderBlocks(blocksOf(view), around)}</div>`;
