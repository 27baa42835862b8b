import { isRecord, stringOf, type Fields } from '../content/fields.ts';
import { emojiName, emojiOf } from './emoji.ts';
import { linkInline, rangeOf, timeInline } from './entity.ts';
import { allStyles, isId, stylesOf, type Inlines, type Styles } from './inlines.ts';

function stylesIn({ style }: Fields): Styles {
  return isRecord(style) ? stylesOf(allStyles.filter((name) => style[name] === true)) : {};
}

type Add = (inlines: Inlines, element: Fields, styles: Styles) => void;

/** Adds an element of rich text. Those that are new or not known: their text, name or fallback. */
export function addElement(inlines: Inlines, element: Fields): void {
  const type = stringOf(element, 'type');
  const add = Object.hasOwn(elements, type) ? elements[type] : undefined;
  (add ?? addUnknown)(inlines, element, stylesIn(element));
}

const addUnknown: Add = (inlines, element, styles) =>
  inlines.text(stringOf(element, 'text') || stringOf(element, 'name') || stringOf(element, 'fallback'), styles);

/** A mention by its id; without one, as an unknown element. */
const mention =
  (key: string, make: (id: string) => { type: 'member'; member: string } | { type: 'channel'; channel: string }): Add =>
  (inlines, element, styles) => {
    const id = stringOf(element, key);
    if (isId(id)) inlines.add({ ...make(id), ...styles });
    else addUnknown(inlines, element, styles);
  };

const elements: Record<string, Add> = {
  text: (inlines, element, styles) => inlines.text(stringOf(element, 'text'), styles),
  link: (inlines, element, styles) => {
    const url = stringOf(element, 'url');
    if (url === '') addUnknown(inlines, element, styles);
    else inlines.add(linkInline(inlines.fit(url), inlines.fit(stringOf(element, 'text')) || null, styles));
  },
  user: mention('user_id', (member) => ({ type: 'member', member })),
  channel: mention('channel_id', (channel) => ({ type: 'channel', channel })),
  usergroup: (inlines, element, styles) => {
    const group = stringOf(element, 'usergroup_id');
    if (isId(group)) inlines.add({ type: 'group', group, name: null, ...styles });
    else addUnknown(inlines, element, styles);
  },
  broadcast: (inlines, element, styles) => {
    const range = rangeOf(stringOf(element, 'range'));
    if (range === null) addUnknown(inlines, element, styles);
    else inlines.add({ type: 'broadcast', range, ...styles });
  },
  emoji: (inlines, element, styles) => {
    const name = inlines.fit(emojiName(stringOf(element, 'name')));
    const unicode = emojiOf(stringOf(element, 'unicode'));
    if (name !== '' && name.length <= 200) inlines.add({ type: 'emoji', name, unicode, ...styles });
    else addUnknown(inlines, element, styles);
  },
  date: (inlines, element, styles) => {
    const { timestamp } = element;
    const seconds = typeof timestamp === 'number' ? timestamp : Number(stringOf(element, 'timestamp') || NaN);
    const [format = '', fallback = '', url = ''] = ['format', 'fallback', 'url'].map((key) => inlines.fit(stringOf(element, key)));
    inlines.add(timeInline({ seconds, format, fallback, url: url || null }, styles));
  },
  color: (inlines, element, styles) => {
    const value = stringOf(element, 'value');
    if (/^#[\da-f]{6}$/i.test(value)) inlines.add({ type: 'color', value });
    else inlines.text(value, styles);
  },
};
