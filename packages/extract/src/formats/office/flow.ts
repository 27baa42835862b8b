import { localName, walkMarkup } from '../../markup.ts';
import { within } from '../../place.ts';
import { UnreadError, type Reading } from '../../reading.ts';
import { createTextOutput } from '../../text-output.ts';

/** Elements whose text flows on: a word may be spread over several of them. */
const flowing = new Set(['t', 'delText', 'instrText', 'delInstrText']);

/** What ends a line, and what a cell. */
const lines = new Set(['p', 'tr', 'br', 'cr', 'si', 'comment', 'fldChar']);
const cells = new Set(['tc', 'tab']);

/** Attributes that people write, among many that only say how something looks. */
const written = new Set([
  'alt',
  'author',
  'connection',
  'descr',
  'display',
  'displayName',
  'href',
  'initials',
  'location',
  'name',
  'oddHeader',
  'password',
  'Target',
  'title',
  'tooltip',
  'userId',
]);

/**
 * A part of a document of Word, Excel or PowerPoint. What flows is put together; what stands elsewhere, such as properties and formulas,
 * comes apart from it. `withAttributes`: all of them, not only those that people write.
 */
export function readFlow(bytes: Buffer, where: string, withAttributes: boolean, reading: Reading): void {
  const flow = createTextOutput(reading, where);
  const beside = createTextOutput(reading, withAttributes ? where : within(where, 'attributes'));
  const open: string[] = [];
  const separate = (name: string): void => {
    if (lines.has(name)) flow.separate('\n');
    else if (cells.has(name)) flow.separate('\t');
  };
  const isComplete = walkMarkup(bytes, true, {
    open: (fullName, attributes) => {
      const name = localName(fullName);
      open.push(name);
      separate(name);
      for (const [key, value] of Object.entries(attributes)) {
        const isWritten = withAttributes ? !key.startsWith('xmlns') : written.has(localName(key));
        // A document's own parts are nothing that anybody wrote.
        if (!isWritten || (key === 'Target' && attributes['TargetMode'] !== 'External')) continue;
        beside.add(value);
        beside.separate('\n');
      }
    },
    close: (fullName) => {
      open.pop();
      separate(localName(fullName));
      if (!flowing.has(localName(fullName))) beside.separate('\n');
    },
    text: (text) => {
      if (flowing.has(open.at(-1) ?? '')) flow.add(text);
      else if (text.trim() !== '') beside.add(text);
    },
    comment: (text) => {
      if (text.startsWith('?xml')) return;
      beside.add(text);
      beside.separate('\n');
    },
  });
  flow.end();
  beside.end();
  if (!isComplete) throw new UnreadError('too-deep');
}
