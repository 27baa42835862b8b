import { decodeText } from '../encoding/decode-text.ts';
import { UnreadError, type Place, type ReadBytes, type Reading } from '../reading.ts';
import { createTextOutput, type TextOutput } from '../text-output.ts';

const token = /\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+/giy;

const breaks = new Map<string, '\n' | '\t'>([
  ...['par', 'line', 'row', 'page', 'sect', 'pard'].map((word) => [word, '\n'] as const),
  ...['tab', 'cell', 'nestcell'].map((word) => [word, '\t'] as const),
]);

/** Groups of bytes written as hexadecimal digits. */
const embedded = new Map([
  ['pict', 'picture'],
  ['objdata', 'object'],
]);
const skipped = new Set(['themedata', 'colorschememapping', 'datastore']);

/** Code pages of Windows under the names that TextDecoder knows. */
const codePages = new Map([
  ['932', 'shift_jis'],
  ['936', 'gb18030'],
  ['949', 'euc-kr'],
  ['950', 'big5'],
  ['65001', 'utf-8'],
  ...['874', '1250', '1251', '1252', '1253', '1254', '1255', '1256', '1257', '1258'].map((page) => [page, `windows-${page}`] as const),
]);

interface Group {
  /** How many characters follow one in Unicode, for readers that do not know it. */
  stand: number;
  /** What the group's digits are; null: text. */
  hex: string[] | null;
  label: string | null;
}

function createWriter(output: TextOutput) {
  let codes: number[] = [];
  let encoding = 'windows-1252';
  /** Characters that are left out after one in Unicode. */
  let standIns = 0;
  const flush = (): void => {
    if (codes.length > 0) output.add(decodeText(Buffer.from(codes), encoding, codes.length));
    codes = [];
  };
  return {
    flush,
    codePage: (page: string) => {
      encoding = codePages.get(page) ?? 'windows-1252';
    },
    byte: (code: number) => {
      if (standIns > 0) standIns -= 1;
      else codes.push(code);
    },
    text: (text: string) => {
      flush();
      output.add(text.slice(standIns));
      standIns = Math.max(0, standIns - text.length);
    },
    unicode: (code: number, stand: number) => {
      flush();
      output.add(String.fromCharCode(code & 0xffff));
      standIns = stand;
    },
  };
}

/** The text of an RTF document, whatever group it stands in; pictures and objects in it are read as files. */
export const readRtf: ReadBytes = async (bytes, place, reading) => {
  const output = createTextOutput(reading, place.where);
  const { inner, isWhole } = collect(bytes.toString('latin1'), output);
  output.end();
  await readEmbedded(inner, place, reading);
  if (!isWhole) throw new UnreadError('broken');
};

const symbols = new Map([
  ['\\', '\\'],
  ['{', '{'],
  ['}', '}'],
  ['~', ' '],
  ['_', '-'],
  ['\n', '\n'],
  ['\r', '\n'],
]);

type Writer = ReturnType<typeof createWriter>;

/** Does what a control word says. */
function control(word: string, value: string, group: Group, writer: Writer, output: TextOutput): void {
  const separator = breaks.get(word);
  const label = embedded.get(word) ?? null;
  if (separator) {
    writer.flush();
    output.separate(separator);
  } else if (word === 'u') writer.unicode(Number(value), group.stand);
  else if (word === 'uc') group.stand = Number(value);
  else if (word === 'ansicpg') writer.codePage(value);
  else if (label !== null || skipped.has(word)) Object.assign(group, { hex: [], label });
}

interface Embedded {
  label: string;
  /** Bytes, as two digits each. */
  digits: string;
}

function collect(source: string, output: TextOutput): { inner: Embedded[]; isWhole: boolean } {
  const writer = createWriter(output);
  const groups: Group[] = [];
  const inner: Embedded[] = [];
  let isWhole = true;
  let group: Group = { stand: 1, hex: null, label: null };
  const brace = (kind: string): void => {
    if (kind === '{') {
      groups.push(group);
      // Groups within digits describe what the digits are.
      group = group.hex ? { ...group, hex: [], label: null } : { ...group };
      return;
    }
    if (group.hex && group.label) inner.push({ label: group.label, digits: group.hex.join('') });
    group = groups.pop() ?? { stand: 1, hex: null, label: null };
  };
  const takeBytes = (length: number, label: string): void => {
    const taken = source.slice(token.lastIndex, token.lastIndex + length);
    inner.push({ label, digits: Buffer.from(taken, 'latin1').toString('hex') });
    token.lastIndex += length;
    if (taken.length < length) isWhole = false;
  };
  token.lastIndex = 0;
  for (let found = token.exec(source); found; found = token.exec(source)) {
    const [, word, value = '', hex, symbol = '', kind, text = ''] = found;
    if (kind) brace(kind);
    else if (word === 'bin') takeBytes(Math.max(0, Number(value)), group.label ?? 'object');
    else if (word) control(word, value, group, writer, output);
    else if (group.hex) group.hex.push(text);
    else if (hex) writer.byte(Number.parseInt(hex, 16));
    else writer.text(text || (symbols.get(symbol) ?? ''));
  }
  writer.flush();
  return { inner, isWhole };
}

async function readEmbedded(inner: readonly Embedded[], place: Place, reading: Reading): Promise<void> {
  for (const [index, { label, digits }] of inner.entries()) {
    const bytes = Buffer.from(digits.replace(/[^0-9a-f]/gi, ''), 'hex');
    if (bytes.length > 0) await reading.inner(bytes, place, `${label} ${index + 1}`);
  }
}
