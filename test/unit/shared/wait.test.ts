import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { within } from '@watchpost/shared/wait';
import { describe, expect, it } from 'vitest';

describe('a signal with a time limit', () => {
  it('comes although the garbage collector runs meanwhile', async () => {
    const file = fileURLToPath(import.meta.resolve('@watchpost/shared/wait'));
    const script = `const { within } = await import(process.argv[1]);
      const never = new AbortController().signal;
      let came = 0;
      for (let each = 0; each < 50; each += 1) within(never, 300).addEventListener('abort', () => (came += 1), { once: true });
      for (const ms of [0, 50, 150]) setTimeout(() => gc(), ms);
      setTimeout(() => console.log(came), 1_000);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--input-type=module', '-e', script, file]);
    expect(stdout.trim()).toBe('50');
  });

  it('comes with the signal that it limits, and has its reason', () => {
    const stopping = new AbortController();
    const limited = within(stopping.signal, 60_000);
    expect(limited.aborted).toBe(false);
    stopping.abort('stopped');
    expect(limited.reason).toBe('stopped');
    expect(within(stopping.signal, 60_000).reason).toBe('stopped');
  });
});
