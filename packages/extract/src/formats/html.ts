import { walkMarkup } from '../markup.ts';
import { within } from '../place.ts';
import { UnreadError, type ReadBytes } from '../reading.ts';
import { createTextOutput } from '../text-output.ts';

const inline = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
const cells = new Set(['td', 'th']);

/** Attributes that only say how something looks. */
const looks = new Set(['class', 'style', 'width', 'height', 'colspan', 'rowspan', 'align', 'valign', 'color', 'bgcolor']);

/** What a reader sees; apart from it attributes, comments, and scripts, which hide keys as well. */
export const readHtml: ReadBytes = async (bytes, { where }, reading) => {
  const seen = createTextOutput(reading, where);
  const attributes = createTextOutput(reading, within(where, 'attributes'));
  const comments = createTextOutput(reading, within(where, 'comments'));
  const scripts = createTextOutput(reading, within(where, 'script'));
  let unseen = 0;
  const add = (output: typeof seen, text: string): void => {
    output.add(text);
    output.separate('\n');
  };
  const isComplete = walkMarkup(bytes, false, {
    open: (name, values) => {
      if (name === 'script' || name === 'style') unseen += 1;
      if (!inline.has(name)) seen.separate(cells.has(name) ? '\t' : '\n');
      for (const [key, value] of Object.entries(values))
        if (!looks.has(key) && !/^data:(?:image|font)\/[\w.+-]{1,40};base64,/.test(value)) add(attributes, value);
    },
    close: (name) => {
      if (name === 'script' || name === 'style') unseen -= 1;
      if (!inline.has(name)) seen.separate(cells.has(name) ? '\t' : '\n');
    },
    text: (text) => (unseen > 0 ? scripts : seen).add(text),
    comment: (text) => add(comments, text),
  });
  for (const output of [seen, attributes, comments, scripts]) output.end();
  if (!isComplete) throw new UnreadError('too-deep');
};
