import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { toAppError } from '@watchpost/shared/errors';
import { retry } from '@watchpost/shared/retry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { proxied, type CutProxy } from '../support/cut-proxy.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeGallery, reader } from '../support/gallery-rig.ts';
import { startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const rounds = 12;

async function insist<T>(work: () => Promise<T>): Promise<T> {
  return retry(
    work,
    {
      backoff: { firstMs: 10, maxMs: 100 },
      onRetry: () => undefined,
      retryIf: (error) => toAppError(error).code === 'gallery-unavailable',
    },
    never,
  );
}

describeGallery('commits whose answer is lost', (rig) => {
  let proxy: CutProxy;
  let far: OpenedGallery;
  beforeEach(async () => {
    const { behind, ...started } = await proxied(rig.storage);
    ({ proxy } = started);
    far = await startGallery(behind);
  });
  afterEach(async () => {
    await far.gallery.close();
    await proxy.close();
  });

  it('are made once, wherever the connection breaks', async () => {
    await rig.see(strangerVector(1));
    await until('it is known', async () => (await far.gallery.people(never)).length === 1, 10_000);
    const [{ id } = { id: '' }] = await far.gallery.people(never);
    for (let round = 1; round <= rounds; round += 1) {
      const name = `Name ${round}`;
      // What failed before its commit was not made: to say it again is no refusal.
      const naming = insist(async () => far.operations.apply({ kind: 'name', person: id, to: name }, reader, never));
      await new Promise((resolve) => setTimeout(resolve, round));
      await proxy.loseAnswers(40);
      await naming;
      await until('the other knows', async () => (await rig.names())[0] === name, 10_000);
    }
    const summaries = (await rig.opened.operations.history(100, never)).map(({ summary }) => summary.split(' → ')[1]);
    expect(summaries).toEqual(Array.from({ length: rounds }, (_, index) => `Name ${rounds - index}`));
  }, 120_000);
});
