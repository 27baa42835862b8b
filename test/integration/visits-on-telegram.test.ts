import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';
import { unpackTarget } from '@watchpost/telegram/callback-data';
import { changeVisit } from '@watchpost/visits/visits';
import { comparableFace } from '../support/comparable-face.ts';
import { startTelegramRig, type TelegramRig } from '../support/telegram-rig.ts';
import { startVisitRig, type VisitRig } from '../support/visit-rig.ts';

const never = new AbortController().signal;
const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const right = { x: 180, y: 20, width: 80, height: 80 };
let telegram: TelegramRig;
let rig: VisitRig;
let ada: TelegramPerson;
let group: number;
beforeEach(async () => {
  telegram = await startTelegramRig((server) => {
    ada = server.person('Ada');
    group = server.group('Results', [ada]);
    return { WRITE_TELEGRAM_CHAT_ID: String(group) };
  });
  rig = startVisitRig();
  const { posts, writeChannel, prefix } = telegram.platform;
  Object.assign(rig.deps.platformFor('telegram:1'), { posts, writeChannel, prefix });
});
afterEach(() => telegram.close());

const shown = () => telegram.server.messages(group).filter(({ from }) => from === telegram.server.botId);

it('a visit is one post, whose picture and words change while it lasts', async () => {
  await rig.join('s1', [comparableFace()]);
  await rig.settle();
  const [first] = shown();
  expect(first).toMatchObject({ file: { kind: 'photo' }, edits: 0 });
  expect(first?.buttons.flat().map(({ text }) => text)).toEqual(expect.arrayContaining(['Not Ada', 'Somebody else…']));
  rig.nowMs += 5_000;
  const { id } = await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
  await rig.settle();
  expect(shown()).toHaveLength(1);
  const [second] = shown();
  expect(second?.messageId).toBe(first?.messageId);
  expect(second?.text).toContain('Grace');
  expect(second?.file?.fileId).not.toBe(first?.file?.fileId);
  const labels = second?.buttons.flat().map(({ text }) => text) ?? [];
  expect(labels).toEqual(expect.arrayContaining(['1: Not Ada', '2: Not Grace']));
  const target = second?.buttons.flat().find(({ text }) => text === '2: Not Grace')?.data ?? '';
  expect(unpackTarget(target)).toEqual({ action: 'not', visit: id, number: 2, subject: 'grace' });
});

it('a post that somebody deletes stays deleted', async () => {
  await rig.join('s1', [comparableFace()]);
  await rig.settle();
  ada.remove(shown()[0]!.messageId, { chat: group });
  rig.nowMs += 5_000;
  const { id } = await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
  await rig.settle();
  expect(shown()).toEqual([]);
  expect((await rig.visit(id)).post?.progress?.state).toBe('gone');
});

it('whoever is forgotten is taken off the picture', async () => {
  const { id } = await rig.join('s1', [comparableFace({ person: grace })]);
  await rig.settle();
  const before = shown()[0]?.file?.fileId;
  const visit = await changeVisit(rig.visiting.visits, id, (now) => ({ ...now, picturesGo: true }), never);
  await rig.run({ v: 1, kind: 'visit', visitId: id, revision: visit!.revision, why: 'said' });
  expect(shown()).toHaveLength(1);
  expect(shown()[0]?.file?.fileId).not.toBe(before);
  // First a grey one, then what may still be shown.
  expect(telegram.server.calls().filter(({ method }) => method === 'editMessageMedia')).toHaveLength(2);
});
