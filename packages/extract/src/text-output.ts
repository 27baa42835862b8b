import type { Reading } from './reading.ts';

/** A text that is put together piece by piece. */
export interface TextOutput {
  add(text: string): void;
  /** Sets two things apart, by a line end or a tab; several in a row are one. */
  separate(separator: '\n' | '\t'): void;
  /** Says what is left. */
  end(): void;
}

/** Longer texts are said in several, cut at a line end, so that none is large in memory. UTF-16 units. */
const longEnough = 262_144;

export function createTextOutput(reading: Reading, where: string): TextOutput {
  let pieces: string[] = [];
  let length = 0;
  let last = '\n';
  const end = (): void => {
    const text = pieces.join('');
    pieces = [];
    length = 0;
    last = '\n';
    reading.text(where, text);
  };
  return {
    add: (text) => {
      if (text === '') return;
      pieces.push(text);
      length += text.length;
      last = text.at(-1) ?? last;
      if (length > reading.charactersLeft()) end();
    },
    separate: (separator) => {
      if (last === '\n' || last === separator) return;
      pieces.push(separator);
      last = separator;
      if (separator === '\n' && length > longEnough) end();
    },
    end,
  };
}
