import { createSessions, sessionIdleMs, sessionLongestMs } from '@watchpost/console/sign-in/sessions';
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
  return { find, after: (ms: number) => void (nowMs += ms) };
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
