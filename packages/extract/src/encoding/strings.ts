/** Runs of so many printable characters are taken for text. */
const shortest = 5;

const printable = '[\\t\\x20-\\x7E\\xC0-\\xFE]';
const narrow = new RegExp(`${printable}{${shortest},}`, 'g');
const wide = new RegExp(`(?:${printable}\\0){${shortest},}`, 'g');

/** So much is searched at a time; runs do not go beyond. Bytes. */
const windowBytes = 1_048_576;

/** The readable runs in bytes of which nothing else is known, in one-byte encodings and in UTF-16LE, one a line. */
export function stringsIn(bytes: Buffer): string {
  const found: string[] = [];
  for (let from = 0; from < bytes.length; from += windowBytes) {
    const window = bytes.subarray(from, from + windowBytes).toString('latin1');
    found.push((window.match(wide) ?? []).join('\n').replaceAll('\0', ''), (window.match(narrow) ?? []).join('\n'));
  }
  return found.join('\n');
}
