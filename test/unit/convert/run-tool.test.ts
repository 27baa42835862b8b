import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, type ToolRun } from '@watchpost/convert/run-tool';
import { beforeAll, describe, expect, it } from 'vitest';
import { someTools, temporaryFolder } from '../../support/media.ts';

const never = new AbortController().signal;
const folder = await temporaryFolder();
let scripts = 0;

/** Runs a shell script as if it was one of the programs. */
async function runScript(script: string, more: Partial<ToolRun> = {}, signal = never): Promise<number> {
  scripts += 1;
  const command = join(folder, `script-${scripts}`);
  await writeFile(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const run: ToolRun = { command, args: [], folder, timeoutMs: 20_000, maxBytes: 1e6, maxMemoryBytes: null, onLine: () => undefined };
  return runTool({ ...run, ...more }, await someTools(), signal);
}

describe('runTool', () => {
  beforeAll(someTools);

  it('gives lines however they end, and the last one without an end', async () => {
    const lines: string[] = [];
    const status = await runScript(String.raw`printf 'one\ntwo\r\nthree\rfour\n\nfive'`, { onLine: (line) => void lines.push(line) });
    expect(status).toBe(0);
    expect(lines.filter((line) => line !== '')).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('keeps little of a line without an end, however long it is', async () => {
    // More than a string can hold.
    const lines: string[] = [];
    const script = String.raw`head -c 560000000 /dev/zero | tr '\0' a; echo; echo after`;
    await runScript(script, { onLine: (line) => void lines.push(line) });
    expect(lines.map(({ length }) => length)).toEqual([4_096, 5]);
  });

  it('ends in time, though a program that it started has left its group and holds its output', async () => {
    const begunAt = performance.now();
    await expect(runScript('setsid sleep 15 &\nsleep 15', { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'conversion-failed',
      message: 'it took too long',
    });
    expect(performance.now() - begunAt).toBeLessThan(8_000);
  });
});
