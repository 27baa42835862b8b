import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import { prepareVision } from '@watchpost/see/prepare/prepare-vision';
import { expect, it } from 'vitest';

it('what was prepared on one processor, as an image is, leaves nothing to prepare on another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'models-'));
  try {
    const prepare = (block: 8 | 16) =>
      prepareVision(parseEnv({ MODEL_CACHE_DIR: folder }, seeEnv), createLogger('test', 'silent'), (work) => work(), block);
    const first = await prepare(8);
    const files = await readdir(folder);
    const second = await prepare(16);
    expect(await readdir(folder)).toEqual(files);
    expect(second.files.blazeface).not.toBe(first.files.blazeface);
    expect(second.meanEmbedding).toEqual(first.meanEmbedding);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);
