import { localName, walkMarkup } from '../../markup.ts';
import { within } from '../../place.ts';
import { UnreadError, type Reading } from '../../reading.ts';
import { createTextOutput, type TextOutput } from '../../text-output.ts';

const lines = new Set(['text:p', 'text:h', 'text:line-break', 'text:list-item', 'table:table-row', 'draw:frame', 'office:annotation']);

/** Attributes that people write. */
const written = new Set([
  'office:value',
  'office:string-value',
  'office:target-frame-name',
  'table:formula',
  'table:name',
  'text:name',
  'xlink:href',
  'xlink:title',
  'form:value',
  'form:current-value',
  'meta:name',
]);

/** What numbers a place: each table of a spreadsheet, each page of a presentation. */
const numbered = new Map([
  ['table:table', 'sheet'],
  ['draw:page', 'slide'],
]);

const isRunning = (name: string | undefined): boolean => name !== undefined && name.startsWith('text:');

function addWritten(attributes: Readonly<Record<string, string>>, output: TextOutput): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (!written.has(key)) continue;
    output.add(value);
    output.separate('\n');
  }
}

/** A part of an OpenDocument, of whatever kind it is. */
export function readOpenDocument(name: string, bytes: Buffer, where: string, reading: Reading): void {
  const isContent = name === 'content.xml';
  const isMeta = name === 'meta.xml';
  const at = isContent ? where : within(where, isMeta ? 'properties' : name === 'styles.xml' ? 'header' : 'part');
  const beside = createTextOutput(reading, isMeta ? at : within(where, 'attributes'));
  const counts = new Map<string, number>();
  const open: string[] = [];
  let flow: TextOutput = createTextOutput(reading, at);
  const begin = (label: string): void => {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    flow.end();
    flow = createTextOutput(reading, within(at, `${label} ${count}`));
  };
  const isComplete = walkMarkup(bytes, true, {
    open: (name, attributes) => {
      const label = isContent && !open.includes('text:p') && !open.includes('draw:page') ? numbered.get(name) : undefined;
      if (label && (label === 'slide' || open.at(-1) === 'office:spreadsheet')) begin(label);
      const isInCell = name === 'text:p' && open.at(-1) === 'table:table-cell';
      open.push(name);
      if (lines.has(name) && !isInCell) flow.separate('\n');
      if (name === 'text:tab') flow.add('\t');
      if (name === 'text:s') flow.add(' '.repeat(Math.min(100, Number(attributes['text:c'] ?? 1) || 1)));
      addWritten(attributes, beside);
    },
    close: (name) => {
      open.pop();
      if (localName(name) === 'table-cell') flow.separate('\t');
      if (lines.has(name)) flow.separate(name === 'text:p' && open.at(-1) === 'table:table-cell' ? '\t' : '\n');
      if (!isRunning(name)) beside.separate('\n');
    },
    text: (text) => {
      if (isRunning(open.at(-1))) flow.add(text);
      else if (text.trim() !== '') beside.add(text);
    },
    comment: (text) => {
      if (!text.startsWith('?xml')) beside.add(text);
    },
  });
  flow.end();
  beside.end();
  if (!isComplete) throw new UnreadError('too-deep');
}
