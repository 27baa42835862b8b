import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Writable } from 'node:stream';
import { openOutput } from '@watchpost/cli/support/output';
import { pause } from '@watchpost/shared/wait';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../support/root.ts';

const main = fromRoot('apps/cli/dist/main.js');
const never = new AbortController().signal;

/** Takes nothing until it is told to. */
function slowReader(): { stream: Writable; take: () => void } {
  let take = (): void => undefined;
  const stream = new Writable({ highWaterMark: 10, write: (_chunk, _encoding, done) => void (take = done) });
  return { stream, take: () => take() };
}

describe('the output of a command', () => {
  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [main, 'help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    // Before the process has even started, so that all of its writing fails.
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect([code, err]).toEqual([0, '']);
  });

  it('waits for a slow reader, until what it took is gone', async () => {
    const { stream, take } = slowReader();
    const { write, written } = openOutput(stream);
    await written(never);
    write('x'.repeat(100));
    let waited = false;
    const waiting = written(never).then(() => (waited = true));
    await pause(20, never);
    expect(waited).toBe(false);
    take();
    await waiting;
  });

  it('waits no longer when it is interrupted, or when its reader is gone', async () => {
    const { stream } = slowReader();
    const output = openOutput(stream);
    const { write, written } = output;
    write('x'.repeat(100));
    await expect(written(AbortSignal.timeout(10))).rejects.toMatchObject({ name: 'AbortError' });
    const waiting = written(never);
    stream.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' }));
    await waiting;
    await written(never);
    expect(await output.finish()).toBeNull();
  });

  it.skipIf(!existsSync('/dev/full'))('that a full disk does not take is a failure with a code', async () => {
    const shell = `"${process.execPath}" "${main}" help > /dev/full`;
    const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) =>
      execFile('sh', ['-c', shell], (error, _out, stderr) => resolve({ code: error?.code, err: stderr })),
    );
    expect([code, err]).toEqual([1, expect.stringMatching(/^output-failed: .*ENOSPC.*\n$/)]);
  });
});
