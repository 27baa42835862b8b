import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../support/root.ts';

describe('a log that is written to a pipe', () => {
  it('leaves the packages importable that are loaded later', async () => {
    const output = fileURLToPath(import.meta.resolve('@watchpost/shared/observability/standard-output'));
    // bullmq is a linked CommonJS package with dependencies of its own.
    const script = `const { fileOutput } = await import(process.argv[1]); fileOutput(1); fileOutput(2); console.log(typeof (await import('bullmq')).Queue);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, output], {
      cwd: fromRoot('packages/shared'),
    });
    expect(stdout.trim()).toBe('function');
  });
});
