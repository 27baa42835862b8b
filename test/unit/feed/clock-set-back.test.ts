import { describe, expect, it } from 'vitest';
import { samplePostedAtMs } from '../../support/feed-samples.ts';
import { closing, follow, followingRig, placed } from '../../support/following-rig.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;
const messageId = `${String(samplePostedAtMs / 1_000)}.000000`;
const open = closing();

/** A feed process whose clock a test sets back, with one message that readers have loaded. */
async function rig() {
  let backMs = 0;
  const parts = followingRig(open);
  const process = await parts.start({ now: () => Date.now() - backMs });
  const reader = await follow(open, process);
  await placed(reader);
  await parts.say('to be deleted', 0);
  await reader.gets(1);
  await until('it is shown', async () => (await (await process.get('/feeds/news')).text()).includes('to be deleted'));
  return {
    ...parts,
    process,
    reader,
    setBack: () => (backMs = hourMs),
    forget: async () => {
      await parts.apply({ kind: 'deleted', channel: 'slack:C1', messageId, atUs: (samplePostedAtMs + 1_000) * 1_000 });
      await reader.gets(2);
    },
  };
}

describe('after the clock was set back an hour', () => {
  it.each(['/feeds/news', '/feeds/news/entries', '/feeds/news/atom.xml', '/feeds/news/feed.json', '/feeds/news/page'])(
    'what is deleted is gone from %s',
    async (path) => {
      const { process, setBack, forget } = await rig();
      expect(await (await process.get(path)).text()).toContain('to be deleted');
      setBack();
      await forget();
      await until('it is gone', async () => !(await (await process.get(path)).text()).includes('to be deleted'));
    },
  );

  it('nobody is told that nothing has changed since a time that is still to come', async () => {
    const { process, setBack, forget } = await rig();
    const modified = (await process.get('/feeds/news')).headers.get('last-modified') ?? '';
    setBack();
    await forget();
    await until('it is gone', async () => !(await (await process.get('/feeds/news')).text()).includes('to be deleted'));
    expect((await process.get('/feeds/news', { 'if-modified-since': modified })).status).toBe(200);
  });

  it('a picture that is removed is served no longer', async () => {
    const { process, setBack, pictures } = await rig();
    await pictures.putAs('news-1.jpg', new Uint8Array(3), 'image/jpeg', null, never);
    expect((await process.get('/pictures/news-1.jpg')).status).toBe(200);
    setBack();
    await pictures.remove('news-1.jpg', never);
    expect((await process.get('/pictures/news-1.jpg')).status).toBe(404);
  });

  it('a feed that is taken out of the file is followed no longer', async () => {
    const { process, reader, setBack, list } = await rig();
    setBack();
    list.length = 0;
    await until('it is gone', () => reader.isClosed());
    expect((await process.get('/feeds/news')).status).toBe(404);
  });
});
