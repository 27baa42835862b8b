import { writeSync } from 'node:fs';
import type { Answer } from '../process/answer.ts';
import { readBytes } from '../read-bytes.ts';
import { createReading, LimitError } from '../reading.ts';

/** The pipe for answers. A stream would only promise to write. */
const answers = 3;

/**
 * One line of the answer, written before this returns: what was said counts even if this process is ended a moment later. It has a pipe of
 * its own: libraries write to the standard output.
 */
function say(answer: Answer): void {
  const line = Buffer.from(`${JSON.stringify(answer)}\n`);
  try {
    for (let at = 0; at < line.length;) at += writeSync(answers, line, at);
  } catch {
    // Nobody reads it any more.
    process.exit(1);
  }
}

const [size = 0, ocr = 0, characters = 0, depth = 0, entries = 0, unpackedBytes = 0, ratio = 0] = process.argv.slice(2).map(Number);
const limits = { characters, depth, entries, unpackedBytes, ratio };

/** The file: the first `size` bytes of the input. The input stays open; its end says that the worker is gone, and nobody wants the answer. */
async function receive(): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  process.stdin.once('end', () => process.exit(1));
  process.stdin.once('error', () => process.exit(1));
  if (size === 0) process.stdin.resume();
  else
    await new Promise<void>((resolve) => {
      process.stdin.on('data', (chunk: Buffer) => {
        at += chunk.copy(bytes, at);
        if (at === size) resolve();
      });
    });
  return bytes;
}

say({ say: 'ready' });
const reading = createReading(limits, ocr === 1, readBytes, {
  format: (format) => say({ say: 'format', format }),
  text: (where, text) => say({ say: 'text', where, text }),
  unread: (where, reason) => say({ say: 'unread', where, reason }),
});
const bytes = await receive();
try {
  await reading.part('', async () => readBytes(bytes, { where: '', depth: 0 }, reading));
} catch (thrown) {
  if (thrown instanceof LimitError) reading.unread(thrown.where, thrown.reason);
  else say({ say: 'failed' });
}
say({ say: 'done' });
process.exit(0);
