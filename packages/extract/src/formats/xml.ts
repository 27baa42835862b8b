import { localName, walkMarkup } from '../markup.ts';
import { within } from '../place.ts';
import { UnreadError, type ReadBytes } from '../reading.ts';
import { createTextOutput } from '../text-output.ts';

/** Elements that part a text without parting what it says: of SVG, of Word's and LibreOffice's documents in one file. */
const inline = new Set(['a', 'r', 'rPr', 'span', 't', 'textPath', 'tspan', 'b', 'i', 'em', 'strong', 'sub', 'sup']);

/** The text of all elements; apart from it the attributes, and comments with declarations. */
export const readXml: ReadBytes = async (bytes, { where }, reading) => {
  const content = createTextOutput(reading, where);
  const attributes = createTextOutput(reading, within(where, 'attributes'));
  const comments = createTextOutput(reading, within(where, 'comments'));
  const separate = (name: string): void => {
    if (!inline.has(localName(name))) content.separate('\n');
  };
  const isComplete = walkMarkup(bytes, true, {
    open: (name, values) => {
      separate(name);
      for (const value of Object.values(values)) {
        attributes.add(value);
        attributes.separate('\n');
      }
    },
    close: separate,
    text: (text) => content.add(text),
    comment: (text) => {
      comments.add(text);
      comments.separate('\n');
    },
  });
  for (const output of [content, attributes, comments]) output.end();
  if (!isComplete) throw new UnreadError('too-deep');
};
