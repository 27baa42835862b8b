import { createSessions, sessionIdleMs, sessionLongestMs } from '@watchpost/console/sign-in/sessions';
import { newEpoch } from '@watchpost/shared/documents/epoch';
import { expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const ada = { id: 'console:ada', name: 'ada', role: 'admin' } as const;
const hourMs = 3_600_000;

async function begun() {
  let nowMs = 1_700_000_000_000;
  const documents = createMemoryDocuments(() => nowMs);
  const sessions = createSessions(() => documents);
  const sessionId = await sessions.begin(ada, 'mark', never);
  const find = async (isUse: boolean) => sessions.find(sessionId, { mark: () => 'mark', isUse }, never);
  const why = async (mark = 'mark', id = sessionId) => sessions.whyOver(id, () => mark, never);
  return { sessions, documents, find, why, after: (ms: number) => void (nowMs += ms), nowMs: () => nowMs };
}

it('a session goes on while somebody uses it, but not for ever', async () => {
  const { find, after } = await begun();
  for (let passed = 0; passed < sessionLongestMs - 11 * hourMs; passed += 11 * hourMs) {
    after(11 * hourMs);
    expect(await find(true)).toEqual(ada);
  }
  after(11 * hourMs);
  expect(await find(true)).toBeNull();
});

it('a page that is only open uses nothing: its session ends as if it were closed', async () => {
  const { find, after } = await begun();
  for (let passed = 0; passed < sessionIdleMs - hourMs; passed += hourMs) {
    after(hourMs);
    expect(await find(false)).toEqual(ada);
  }
  after(hourMs);
  expect(await find(false)).toBeNull();
});

it('a session that was used last while the clock was ahead is over: nobody can say for how long nobody used it', async () => {
  const { sessions, find, why, after } = await begun();
  after(-50_000);
  expect(await find(true)).toEqual(ada);
  after(-30 * 24 * hourMs);
  expect([await find(true), await find(false), await why()]).toEqual([null, null, 'unknown']);
  const again = await sessions.begin(ada, 'mark', never);
  expect(await sessions.find(again, { mark: () => 'mark', isUse: true }, never)).toEqual(ada);
});

it('says that nobody used it, or that it lasted as long as any may, also after it was removed', async () => {
  for (const [steps, why] of [
    [1, 'idle'],
    [7 * 24, 'longest'],
  ] as const) {
    const rig = await begun();
    for (let step = 0; step < steps; step += 1) {
      rig.after(hourMs);
      await rig.find(true);
    }
    rig.after(why === 'idle' ? sessionIdleMs : 0);
    expect([await rig.find(true), await rig.why()]).toEqual([null, why]);
    await rig.documents.expire(never);
    expect(await rig.why()).toBe(why);
  }
});

it('says that the password was changed', async () => {
  const { why } = await begun();
  expect(await why('another mark')).toBe('changed');
});

it('says that it was ended elsewhere, or that another database is there', async () => {
  const elsewhere = await begun();
  await elsewhere.find(true);
  await elsewhere.sessions.endAll(ada.id, never);
  expect(await elsewhere.why()).toBe('elsewhere');
  const replaced = await begun();
  await replaced.documents.put(newEpoch(replaced.nowMs()), never);
  await replaced.find(true);
  await replaced.sessions.endAll(ada.id, never);
  const { document } = await replaced.documents.get('database', 'epoch', never);
  await replaced.documents.put(newEpoch(replaced.nowMs(), { revision: document?.revision ?? 0 }), never);
  expect(await replaced.why()).toBe('replaced');
});

it('says nothing to whoever has no session of ours', async () => {
  const { why, find, documents, sessions } = await begun();
  await find(true);
  expect(await why('mark', 'x'.repeat(43))).toBe('unknown');
  await sessions.endAll(ada.id, never);
  // A process that has never seen it cannot know.
  expect(await createSessions(() => documents).whyOver('x'.repeat(43), () => 'mark', never)).toBe('unknown');
});
