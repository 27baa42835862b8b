import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runAsFor } from '@watchpost/standalone/processes/postgres/run-as';
import { describe, expect, it } from 'vitest';

const isRoot = process.getuid?.() === 0;

describe('the user that PostgreSQL runs as', () => {
  it('is this one; where this one is root, the owner of the folder or nobody in a user namespace; else there is a reason', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
    const searchPath = process.env['PATH'];
    try {
      chmodSync(folder, 0o700);
      const { wrapper } = await runAsFor(folder);
      expect(wrapper[0]).toBe(isRoot ? 'unshare' : undefined);
      process.env['PATH'] = '';
      const reason: unknown = await runAsFor(folder).catch((error: unknown) => String(error));
      expect(JSON.stringify(reason)).toContain(isRoot ? `let another user own ${folder}, or set POSTGRES_URL` : '{"wrapper":[]}');
      if (isRoot) chownSync(folder, 12_345, 12_346);
      expect(await runAsFor(folder)).toEqual(isRoot ? { wrapper: [], uid: 12_345, gid: 12_346 } : { wrapper: [] });
    } finally {
      process.env['PATH'] = searchPath;
      rmSync(folder, { recursive: true });
    }
  });
});
