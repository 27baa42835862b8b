import { AppError } from '@watchpost/shared/errors';
import type { ProfileJob } from '@watchpost/shared/jobs/profile-job';
import { decode } from '@watchpost/see/picture/decode';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEntryRig, type EntryRig, memberOf } from '../../../support/entry-rig.ts';
import { approvalSample, feedOf, writtenOf } from '../../../support/feed-samples.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

let rig: EntryRig;
beforeEach(() => {
  rig = createEntryRig();
  rig.members.set('U1', memberOf('U1', { title: 'Reporter' }));
});

const member = async (id = 'U1') => (await rig.parts.profiles.members('slack', [id], never))[0];
const questions = (): string[] => rig.asked.splice(0);
const job = (over: Partial<ProfileJob>): ProfileJob => ({
  v: 1,
  kind: 'profile',
  id: 'p1',
  platform: 'slack',
  what: 'member',
  subject: 'U1',
  ...over,
});
const saying = (inlines: Extract<ReturnType<typeof writtenOf>['blocks'][number], { type: 'paragraph' }>['inlines']) =>
  writtenOf('', { blocks: [{ type: 'quote', blocks: [{ type: 'paragraph', inlines }] }] });
const profileChanges = async () => (await rig.logged()).filter(({ kind }) => kind === 'profiles');

describe('what feeds show of a member', () => {
  it('is read once an entry shows it, with a small copy of the picture, and followers are told', async () => {
    await rig.settle([rig.says('hello')]);
    const kept = await member();
    expect(kept).toMatchObject({ displayName: 'Name of U1', title: 'Reporter', pictureId: 'hash-U1' });
    const copy = await rig.parts.keptPictures.get(kept!.picture!, never);
    expect(copy?.mimeType).toBe('image/png');
    expect((await decode(copy!.bytes, { maxPixels: 1e6, workPixels: 1e6 })).width).toBe(192);
    expect(await profileChanges()).toEqual([{ kind: 'profiles', platform: 'slack', what: 'member', subject: 'U1' }]);
  });

  it('is asked for neither with each message nor on another day of a process that knows it, but after a day', async () => {
    await rig.settle([rig.says('one')]);
    questions();
    for (const id of ['2.0', '3.0']) await rig.settle([rig.says('more', { messageId: id })]);
    expect(questions()).toEqual([]);
    rig.nowMs += dayMs + 3_600_000;
    await rig.settle([rig.says('next day', { messageId: '4.0' }), rig.says('again', { messageId: '5.0' })]);
    expect(questions()).toEqual(['member U1']);
  });

  it('follows changes after the clock was set back', async () => {
    await rig.settle([rig.says('hello')]);
    rig.nowMs -= 3_600_000;
    rig.members.set('U1', memberOf('U1', { displayName: 'New name', picture: null }));
    await rig.settle([job({})]);
    expect(await member()).toMatchObject({ displayName: 'New name', picture: null });
    expect(await profileChanges()).toHaveLength(2);
  });

  it('is as it was read last, though an earlier reading takes longer', async () => {
    await rig.settle([rig.says('hello')]);
    rig.members.set('U1', memberOf('U1', { displayName: 'Old name', picture: { id: 'new', url: 'https://a.slack-edge.com/new.png' } }));
    let later: Promise<unknown> = Promise.resolve();
    rig.onAsk = (what) => {
      if (!what.startsWith('picture')) return;
      rig.members.set('U1', memberOf('U1', { displayName: 'New name', picture: null }));
      rig.nowMs += 1_000;
      later = rig.run(job({ id: 'p2' })).then(() => (rig.nowMs += 1_000));
    };
    await Promise.all([rig.run(job({ id: 'p1' })), later]);
    await later;
    expect((await member())?.displayName).toBe('New name');
  });

  it('is not asked for by a process that finds it read by another one', async () => {
    await rig.settle([rig.says('one')]);
    const other = createEntryRig({ documents: rig.documents });
    await other.settle([other.says('two', { messageId: '2.0' })]);
    expect(other.asked).toEqual([]);
  });

  it('is not asked for as long as nothing of a message may be shown', async () => {
    rig.feeds = [feedOf({ approval: { ...approvalSample, by: ['UEDITOR'] } })];
    await rig.settle([rig.says('held'), rig.says('<#> no', { messageId: '2.0' })]);
    expect(questions()).toEqual([]);
  });

  it('is that of authors and of those who are mentioned', async () => {
    rig.members.set('U2', memberOf('U2'));
    await rig.settle([rig.says('', { written: saying([{ type: 'member', member: 'U2' }]) })]);
    expect((await member('U2'))?.displayName).toBe('Name of U2');
  });

  it('does not keep an entry from being published, and is asked for again an hour later, where the platform is away', async () => {
    rig.onAsk = (what) => {
      if (what.startsWith('member')) throw new AppError('chat-unavailable', 'HTTP 503');
    };
    await rig.run(rig.says('hello'));
    expect(await rig.shows()).toBe('hello');
    rig.queued.length = 0;
    rig.onAsk = () => undefined;
    rig.nowMs += 3_600_000;
    await rig.settle([rig.says('more', { messageId: '2.0' })]);
    expect((await member())?.displayName).toBe('Name of U1');
  });

  it('follows a change, the picture too, whose copy before goes', async () => {
    await rig.settle([rig.says('hello')]);
    const before = await member();
    const picture = { id: 'new', url: 'https://avatars.slack-edge.com/new.png' };
    rig.members.set('U1', memberOf('U1', { displayName: 'Ada', picture }));
    rig.nowMs += dayMs;
    await rig.settle([job({})]);
    const after = await member();
    expect(after).toMatchObject({ displayName: 'Ada', pictureId: 'new' });
    expect(await rig.parts.keptPictures.get(before!.picture!, never)).toBeNull();
    expect(await rig.parts.keptPictures.get(after!.picture!, never)).not.toBeNull();
    expect(await profileChanges()).toHaveLength(2);
  });

  it('says nothing to followers where nothing has changed, and does not load the picture again', async () => {
    await rig.settle([rig.says('hello')]);
    questions();
    rig.nowMs += dayMs;
    await rig.settle([job({})]);
    expect(questions()).toEqual(['member U1']);
    expect(await profileChanges()).toHaveLength(1);
  });

  it('is not asked for where no feed shows the member', async () => {
    expect(await rig.run(job({}))).toBe('idle');
    expect(questions()).toEqual([]);
  });

  it('stays where the platform does not know the member any more', async () => {
    await rig.settle([rig.says('hello')]);
    rig.members.clear();
    rig.nowMs += dayMs;
    await rig.settle([job({})]);
    expect(await member()).toMatchObject({ displayName: 'Name of U1', readAtMs: rig.nowMs });
  });

  it('goes without a picture that cannot be had, and keeps the one before', async () => {
    rig.onAsk = (what) => {
      if (what.startsWith('picture')) throw new AppError('download-failed', 'HTTP 500');
    };
    await rig.settle([rig.says('hello')]);
    expect(await member()).toMatchObject({ displayName: 'Name of U1', picture: null });
    rig.onAsk = () => undefined;
    await rig.settle([job({ id: 'p2' })]);
    expect((await member())?.picture).not.toBeNull();
  });

  it('is done without where the app may not read it; the log says so once', async () => {
    rig.onAsk = () => {
      throw new AppError('chat-not-authorised', 'missing_scope: users:read');
    };
    for (const id of ['p1', 'p2']) expect(await rig.run(job({ id, isShown: true }))).toBe('idle');
    expect(rig.lines.filter((line) => line.includes('they go without'))).toHaveLength(1);
  });
});

describe('what feeds show of channels', () => {
  const mention = { written: saying([{ type: 'channel', channel: 'C7' }]) };
  const kept = async () => (await rig.parts.profiles.channels('slack', ['C7'], never))[0]?.name;

  it('is their name, unless they are private', async () => {
    rig.channels.set('C7', { name: 'newsroom', isPrivate: false });
    await rig.settle([rig.says('', mention)]);
    expect(await kept()).toBe('newsroom');
    rig.channels.set('C7', { name: 'layoffs', isPrivate: true });
    rig.nowMs += dayMs;
    await rig.settle([job({ what: 'channel', subject: 'C7' })]);
    expect(await kept()).toBeNull();
    expect(await profileChanges()).toContainEqual({ kind: 'profiles', platform: 'slack', what: 'channel', subject: 'C7' });
  });

  it('is not asked for where no feed shows the channel', async () => {
    expect(await rig.run(job({ what: 'channel', subject: 'C7' }))).toBe('idle');
    expect(questions()).toEqual([]);
  });
});

describe('the workspace’s own emoji', () => {
  const emojiOf = (id: string) => ({ picture: { id, url: `https://emoji.slack-edge.com/${id}.png` } });
  const uses = (name: string, unicode: string | null = null) => ({ written: saying([{ type: 'emoji', name, unicode }]) });
  const kept = async () => (await rig.parts.profiles.emoji('slack', never))?.emoji;

  beforeEach(() => {
    for (const name of ['party', 'our-parrot', 'unused']) rig.emoji.set(name, emojiOf(name));
    rig.emoji.set('celebrate', { aliasOf: 'party' });
    rig.emoji.set('yes', { aliasOf: 'white_check_mark' });
  });

  it('are copied once an entry shows them, with those that they are another name of; no others', async () => {
    await rig.settle([rig.says('', uses('celebrate')), rig.says('', { ...uses('yes'), messageId: '2.0' })]);
    const emoji = await kept();
    expect([...(emoji?.keys() ?? [])].toSorted()).toEqual(['celebrate', 'party', 'yes']);
    expect(emoji?.get('celebrate')).toEqual({ aliasOf: 'party' });
    const party = emoji?.get('party');
    expect(party && 'picture' in party && (await rig.parts.keptPictures.get(party.picture, never))).toMatchObject({
      mimeType: 'image/png',
    });
    expect(questions().filter((each) => each.startsWith('picture https://emoji'))).toEqual([
      'picture https://emoji.slack-edge.com/party.png',
    ]);
  });

  it('are not asked for because of an emoji that everybody has', async () => {
    await rig.settle([rig.says('', uses('thumbsup')), rig.says('', { ...uses('unlisted', '👍'), messageId: '2.0' })]);
    expect(questions().filter((each) => each === 'emoji')).toEqual([]);
  });

  it('follow a change: those that are gone go, new pictures come', async () => {
    await rig.settle([rig.says('', uses('party')), rig.says('', { ...uses('our-parrot'), messageId: '2.0' })]);
    rig.emoji.delete('party');
    rig.emoji.set('our-parrot', emojiOf('our-parrot-2'));
    questions();
    await rig.settle([job({ what: 'emoji', subject: null })]);
    expect([...((await kept())?.keys() ?? [])]).toEqual(['our-parrot']);
    expect(questions()).toEqual(['emoji', 'picture https://emoji.slack-edge.com/our-parrot-2.png']);
  });

  it('end where names go round in a circle', async () => {
    rig.emoji.set('ours', { aliasOf: 'theirs' });
    rig.emoji.set('theirs', { aliasOf: 'ours' });
    await rig.settle([rig.says('', uses('ours'))]);
    expect([...((await kept())?.keys() ?? [])]).toEqual(['ours', 'theirs']);
  });

  it('are not asked for as long as no feed shows any', async () => {
    expect(await rig.run(job({ what: 'emoji', subject: null }))).toBe('idle');
    expect(questions()).toEqual([]);
  });
});

describe('a worker that is killed while it reads what feeds show', () => {
  it.each([
    ['member', 'U1'],
    ['channel', 'C7'],
    ['emoji', 'party'],
  ] as const)('is followed by one that tells the followers of the %s', async (what, subject) => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      rig = createEntryRig();
      rig.members.set('U1', memberOf('U1'));
      rig.channels.set('C7', { name: 'newsroom', isPrivate: false });
      rig.emoji.set('party', { picture: { id: 'party', url: 'https://emoji.slack-edge.com/party.png' } });
      await rig.run(rig.says('', { written: saying([{ type: 'channel', channel: 'C7' }]) }));
      let steps = 0;
      rig.step = () => {
        steps += 1;
        if (steps === at) throw new AppError('internal', 'killed');
      };
      await rig.settle([job({ what, subject, isShown: true })]);
      expect({ at, whats: (await profileChanges()).map((change) => 'what' in change && change.what) }).toMatchObject({
        at,
        whats: expect.arrayContaining([what]),
      });
      if (steps < at) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(2);
  });
});
