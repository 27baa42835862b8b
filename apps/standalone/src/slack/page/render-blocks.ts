import type { Block } from '../blocks.ts';
import { attributes, escapeHtml } from './html.ts';
import { mrkdwnToHtml, plainToHtml } from './mrkdwn-html.ts';
import { pictureOf, renderElement, type Surroundings, textToHtml } from './render-elements.ts';

/** Blocks of a message, a modal or the App Home, as Slack shows them. */
export const renderBlocks = (blocks: readonly Block[], around: Surroundings): string =>
  blocks.map((block) => renderBlock(block, around)).join('');

function renderBlock(block: Block, around: Surroundings): string {
  switch (block.type) {
    case 'section':
      return renderSection(block, around);
    case 'image':
      return renderImage(block);
    case 'actions':
      return `<div class="actions">${(block.elements ?? []).map((element) => renderElement(element, { blockId: block.block_id, input: false }, around)).join('')}</div>`;
    case 'context':
      return renderContext(block, around);
    case 'header':
      return `<h3>${plainToHtml(block.text?.text ?? '')}</h3>`;
    case 'divider':
      return '<hr>';
    case 'input':
      return renderInput(block, around);
    default:
      return `<p class="small">${escapeHtml(`(a block of the kind ${block.type}, which this page does not show)`)}</p>`;
  }
}

function renderSection(block: Block, around: Surroundings): string {
  const text = block.text ? `<div class="text">${textToHtml(block.text, around.nameOf)}</div>` : '';
  const fields = (block.fields ?? []).map((field) => `<div>${textToHtml(field, around.nameOf)}</div>`).join('');
  const accessory = block.accessory ? renderElement(block.accessory, { blockId: block.block_id, input: false }, around) : '';
  return `<div class="section"><div class="words">${text}${fields === '' ? '' : `<div class="fields">${fields}</div>`}</div>${accessory}</div>`;
}

function renderImage(block: Block): string {
  const src = pictureOf(block);
  if (src === null) return '';
  const title = block.title ? `<figcaption>${plainToHtml(block.title.text)}</figcaption>` : '';
  return `<figure>${title}<a${attributes({ href: src, target: '_blank' })}><img${attributes({ src, alt: block.alt_text ?? '', loading: 'lazy' })}></a></figure>`;
}

function renderContext(block: Block, around: Surroundings): string {
  const parts = (block.elements ?? []).map((element) => {
    if (element.type === 'image') return renderElement(element, { blockId: block.block_id, input: false }, around);
    if (typeof element.text !== 'string') return '';
    return `<span>${element.type === 'mrkdwn' ? mrkdwnToHtml(element.text, around.nameOf) : plainToHtml(element.text)}</span>`;
  });
  return `<div class="context">${parts.join('')}</div>`;
}

function renderInput(block: Block, around: Surroundings): string {
  const { element, label, hint, optional } = block;
  if (!element) return '';
  const labelId = `label-${block.block_id}`;
  const errorId = `error-${block.block_id}`;
  const shown = renderElement(element, { blockId: block.block_id, input: true, labelledBy: labelId, describedBy: errorId }, around);
  return (
    `<div${attributes({ class: 'input', 'data-input': block.block_id, role: 'group', 'aria-labelledby': labelId })}>` +
    `<div${attributes({ class: 'label', id: labelId })}>${plainToHtml(label?.text ?? '')}${optional ? ' <small>(optional)</small>' : ''}</div>${shown}` +
    `<p${attributes({ class: 'error', id: errorId, role: 'alert' })}></p>` +
    `${hint ? `<p class="small">${plainToHtml(hint.text)}</p>` : ''}</div>`
  );
}
