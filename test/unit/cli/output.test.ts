import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../support/root.ts';

const main = fromRoot('apps/cli/dist/main.js');

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

  it.skipIf(!existsSync('/dev/full'))('that a full disk does not take is a failure with a code', async () => {
    const shell = `"${process.execPath}" "${main}" help > /dev/full`;
    const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) =>
      execFile('sh', ['-c', shell], (error, _out, stderr) => resolve({ code: error?.code, err: stderr })),
    );
    expect([code, err]).toEqual([1, expect.stringMatching(/^output-failed: .*ENOSPC.*\n$/)]);
  });
});
