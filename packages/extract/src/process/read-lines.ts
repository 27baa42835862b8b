import type { Readable } from 'node:stream';

/** Cuts a stream into lines. `mostBytes`: of all lines together; after that nothing is kept, and `tooMuch` is called, once. */
export function readLines(
  stream: Readable,
  mostBytes: number,
  { line, tooMuch }: { line: (line: string) => void; tooMuch: () => void },
): void {
  let parts: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    const had = bytes;
    bytes += chunk.length;
    if (bytes > mostBytes) {
      parts = [];
      if (had <= mostBytes) tooMuch();
      return;
    }
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      line(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8'));
      parts = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) parts.push(rest);
  });
  stream.on('error', () => undefined);
}
