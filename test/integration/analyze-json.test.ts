import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameWith, man } from '../support/pictures.ts';
import { runCommand } from '../support/run-command.ts';

describe('analyze --json', () => {
  it('prints the documented fields and no others, above all no picture of the face', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-analyze-'));
    try {
      const file = path.join(folder, 'frame.jpg');
      await writeFile(file, await frameWith([man[0]!]));
      const { code, out } = await runCommand('analyze', ['--json', '--embeddings', file, path.join(folder, 'missing.jpg')], {});
      expect([code, out.length]).toEqual([1, 2]);
      const { faces, ...rest } = JSON.parse(out[0]!);
      expect(rest).toEqual({ file, width: 1280, height: 720, elapsedMs: expect.any(Number) });
      expect(faces).toHaveLength(1);
      expect(new Set(Object.keys(faces[0]))).toEqual(new Set(['box', 'score', 'landmarks', 'quality', 'sizePx', 'embedding']));
      expect(JSON.parse(out[1]!)).toMatchObject({ error: { code: 'file-unreadable' } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
