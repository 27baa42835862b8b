import { type BlockElement, type BlockOption, type BlockText, optionsOf } from '../blocks.ts';
import { attributes, escapeHtml } from './html.ts';
import { mrkdwnToHtml, type NameOf, plainToHtml, safeHref } from './mrkdwn-html.ts';

/** What rendering needs to know of the workspace. */
export interface Surroundings {
  nameOf: NameOf;
  /** Members who can be chosen. */
  members: readonly { id: string; name: string }[];
}

/** Where an element is: its block's id, and whether it is part of an input, whose value is sent with the form. */
export interface Place {
  blockId: string;
  input: boolean;
  /** The id of what labels it. */
  labelledBy?: string;
  describedBy?: string;
}

/** A text object as HTML. */
export const textToHtml = (text: BlockText, nameOf: NameOf): string =>
  text.type === 'mrkdwn' ? mrkdwnToHtml(text.text, nameOf) : plainToHtml(text.text);

/** Where the page serves a picture of a block, or null if it has none. */
export function pictureOf({ slack_file, image_url }: Pick<BlockElement, 'slack_file' | 'image_url'>): string | null {
  const id = slack_file?.id ?? /\/files-pri\/(?:T\w+-)?(F[A-Z0-9]+)\//.exec(slack_file?.url ?? image_url ?? '')?.[1];
  return id !== undefined && /^F[A-Z0-9]+$/.test(id) ? `/picture/${id}` : null;
}

/** One element of Block Kit: a button, a menu, a field. Empty: not one that the page knows. */
export function renderElement(element: BlockElement, place: Place, around: Surroundings): string {
  switch (element.type) {
    case 'button':
      return renderButton(element, place);
    case 'overflow':
      return renderOverflow(element, place);
    case 'image':
      return renderThumbnail(element);
    case 'static_select':
      return renderSelect(element, place, optionsOf(element), element.initial_option?.value);
    case 'users_select':
      return renderSelect(
        element,
        place,
        around.members.map(({ id, name }) => ({ text: { type: 'plain_text', text: name }, value: id })),
        element.initial_user,
      );
    case 'external_select':
      return renderSearch(element, place);
    case 'plain_text_input':
      return renderText(element, place);
    case 'checkboxes':
    case 'radio_buttons':
      return renderChoices(element, place);
    case 'datepicker':
      return field(element, place, 'input', { type: 'date', value: element.initial_date });
    case 'timepicker':
      return field(element, place, 'input', { type: 'time', value: element.initial_time });
    default:
      return '';
  }
}

const wordsOf = ({ text }: BlockElement): string => (typeof text === 'string' ? text : (text?.text ?? ''));

/** What the script needs to know to send what was chosen. */
const ids = ({ action_id, type, confirm }: BlockElement, { blockId, input }: Place): Record<string, string | undefined> => ({
  [input ? 'data-field' : 'data-press']: action_id,
  'data-block': blockId,
  'data-type': type,
  'data-confirm': confirm && JSON.stringify([confirm.title.text, confirm.text.text, confirm.confirm.text, confirm.deny.text]),
});

function renderButton(element: BlockElement, place: Place): string {
  const words = wordsOf(element);
  const look = element.style === 'primary' || element.style === 'danger' ? ` ${element.style}` : '';
  const href = element.url === undefined ? null : safeHref(element.url);
  const common = { class: `button${look}`, 'aria-label': element.accessibility_label, ...ids(element, place), 'data-value': element.value };
  if (href !== null) return `<a${attributes({ ...common, href, target: '_blank', rel: 'noopener noreferrer' })}>${escapeHtml(words)}</a>`;
  return `<button${attributes({ type: 'button', ...common })}>${escapeHtml(words)}</button>`;
}

function renderOverflow(element: BlockElement, place: Place): string {
  const entries = optionsOf(element)
    .map(
      ({ text, value }) =>
        `<li><button${attributes({ type: 'button', ...ids(element, place), 'data-value': value })}>${escapeHtml(text.text)}</button></li>`,
    )
    .join('');
  const label = element.accessibility_label ?? 'More actions';
  return `<details${attributes({ class: 'menu', 'data-menu': `${place.blockId} ${element.action_id ?? ''}` })}><summary${attributes({ 'aria-label': label, title: label })}>⋯</summary><ul>${entries}</ul></details>`;
}

function renderThumbnail(element: BlockElement): string {
  const src = pictureOf(element);
  return src === null ? '' : `<img${attributes({ class: 'thumbnail', src, alt: element.alt_text ?? '', loading: 'lazy' })}>`;
}

/** The attributes that every field has. */
const fieldIds = (element: BlockElement, place: Place): Record<string, string | boolean | undefined> => ({
  ...ids(element, place),
  ...(place.labelledBy === undefined
    ? { 'aria-label': element.placeholder?.text ?? 'Choose' }
    : { 'aria-labelledby': place.labelledBy, 'aria-describedby': place.describedBy }),
  autofocus: element.focus_on_load === true,
});

function field(
  element: BlockElement,
  place: Place,
  tag: 'input' | 'textarea',
  more: Record<string, string | number | boolean | undefined>,
): string {
  const { value, ...rest } = more;
  const shared = attributes({ ...fieldIds(element, place), placeholder: element.placeholder?.text, ...rest });
  return tag === 'input'
    ? `<input${shared}${attributes({ value })} autocomplete="off">`
    : `<textarea${shared} rows="3">${escapeHtml(String(value ?? ''))}</textarea>`;
}

function renderText(element: BlockElement, place: Place): string {
  return field(element, place, element.multiline ? 'textarea' : 'input', {
    ...(!element.multiline && { type: 'text' }),
    value: element.initial_value,
    minlength: element.min_length,
    maxlength: element.max_length,
  });
}

function renderSelect(element: BlockElement, place: Place, options: readonly BlockOption[], chosen: string | undefined): string {
  const entries = options.map(
    ({ text, value }) => `<option${attributes({ value, selected: value === chosen })}>${escapeHtml(text.text)}</option>`,
  );
  const none = `<option value="">${escapeHtml(element.placeholder?.text ?? 'Choose')}</option>`;
  return `<select${attributes(fieldIds(element, place))}>${none}${entries.join('')}</select>`;
}

/** A field that asks the app for what fits the words typed so far; the script makes it work. */
function renderSearch(element: BlockElement, place: Place): string {
  const list = `list-${place.blockId}-${element.action_id ?? ''}`;
  const input = attributes({
    ...fieldIds(element, place),
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': list,
    'data-least': element.min_query_length ?? 3,
    'data-chosen': element.initial_option?.value,
    value: element.initial_option?.text.text,
    placeholder: element.placeholder?.text,
  });
  return `<div class="search"><input${input}><ul${attributes({ id: list, role: 'listbox', 'aria-label': 'Suggestions', hidden: true })}></ul></div>`;
}

function renderChoices(element: BlockElement, place: Place): string {
  const type = element.type === 'checkboxes' ? 'checkbox' : 'radio';
  const chosen = new Set([element.initial_option, ...(element.initial_options ?? [])].map((option) => option?.value));
  const name = `${place.blockId}-${element.action_id ?? ''}`;
  return optionsOf(element)
    .map(
      ({ text, value }) =>
        `<label class="choice"><input${attributes({ ...ids(element, place), type, name, value, checked: chosen.has(value) })}> ${escapeHtml(text.text)}</label>`,
    )
    .join('');
}
