import { localName, walkMarkup } from '../../markup.ts';
import { within } from '../../place.ts';
import { LimitError, UnreadError, type Reading } from '../../reading.ts';
import { createTextOutput } from '../../text-output.ts';

/** The texts of a workbook's cells, which name them by their number. */
export interface SharedStrings {
  all: string[];
  used: Set<number>;
}

/** Collects the shared strings; runs of one are put together, and how it is pronounced comes after it. */
export function readSharedStrings(bytes: Buffer, shared: SharedStrings, reading: Reading): void {
  let text = '';
  let isText = false;
  let characters = 0;
  walkMarkup(bytes, true, {
    open: (name) => {
      if (localName(name) === 'si') text = '';
      if (localName(name) === 'rPh') text += ' ';
      isText = localName(name) === 't';
    },
    close: (name) => {
      if (localName(name) === 'si') {
        shared.all.push(text);
        characters += text.length;
        if (characters > reading.limits.characters) throw new LimitError('', 'too-large');
      }
      isText = false;
    },
    text: (piece) => {
      if (isText) text += piece;
    },
    comment: () => undefined,
  });
}

/** A number as a reader knows it: 4.1111111111111E+15 -> 4111111111111100. */
function inFull(value: string): string {
  const number = /^-?\d+(?:\.\d+)?E\+?\d+$/i.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? String(number) : value;
}

/** A sheet: rows as lines, cells apart by tabs; formulas, headers and whatever else is written come apart from them. */
export function readSheet(bytes: Buffer, where: string, shared: SharedStrings, reading: Reading): void {
  const rows = createTextOutput(reading, where);
  const beside = createTextOutput(reading, within(where, 'attributes'));
  let type = '';
  let element = '';
  let value = '';
  const closeCell = (): void => {
    const index = type === 's' ? Number(value) : Number.NaN;
    if (shared.all[index] !== undefined) shared.used.add(index);
    rows.add(shared.all[index] ?? inFull(value));
    rows.separate('\t');
    value = '';
  };
  const isComplete = walkMarkup(bytes, true, {
    open: (name, attributes) => {
      element = localName(name);
      if (element === 'c') [type, value] = [attributes['t'] ?? '', ''];
      for (const key of ['display', 'tooltip', 'location', 'prompt', 'promptTitle', 'error'])
        if (attributes[key]) {
          beside.add(attributes[key]);
          beside.separate('\n');
        }
    },
    close: (name) => {
      element = '';
      if (localName(name) === 'c') closeCell();
      else if (localName(name) === 'row') rows.separate('\n');
      else if (localName(name) !== 'v' && localName(name) !== 't') beside.separate('\n');
    },
    text: (text) => {
      if (element === 'v' || element === 't') value += text;
      else if (text.trim() !== '') beside.add(text);
    },
    comment: (text) => {
      if (!text.startsWith('?xml')) beside.add(text);
    },
  });
  rows.end();
  beside.end();
  if (!isComplete) throw new UnreadError('too-deep');
}
