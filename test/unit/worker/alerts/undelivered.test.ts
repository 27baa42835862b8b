import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { pino } from 'pino';
import { watchingAlerts } from '@watchpost/worker/alerts/undelivered';
import { createPostNotice } from '@watchpost/worker/notice/notice';
import { expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const never = new AbortController().signal;

async function failing(noticeId: string, code: ErrorCode, lastAttempt = false) {
  const raised: { topic: string; text: string }[] = [];
  const logged: string[] = [];
  const documents = createMemoryDocuments();
  const post = { summary: 's', picture: null, sections: [], footer: [] };
  const posting = createPostNotice({ documents, sender: { send: async () => undefined }, now: Date.now, sendTimeoutMs: 1 });
  await posting({ id: noticeId, to: { channel: 'telegram:7' }, post, sheet: [] }, never);
  const handler = watchingAlerts(async () => Promise.reject(new AppError(code, 'blocked by the user')), {
    documents,
    alerts: { raise: (alert) => void raised.push(alert), clear: () => undefined },
    log: pino({}, { write: (line: string) => void logged.push(line) }),
  });
  await expect(handler({ v: 1, kind: 'notice', noticeId }, { attempt: 1, lastAttempt }, never)).rejects.toMatchObject({ code });
  return { raised, logged };
}

it('an admin who cannot be told is told of to the others, and in the log', async () => {
  const { raised, logged } = await failing('alert-1-a', 'chat-closed');
  expect(raised).toMatchObject([
    { topic: 'alerts-undelivered-telegram', text: 'an admin on telegram does not get these messages: blocked by the user' },
  ]);
  expect(logged.join('')).toContain('an admin cannot be told what needs a person');
});

it('what is tried again, and what is no alert, is nothing to tell', async () => {
  expect((await failing('alert-1-a', 'chat-unavailable')).raised).toEqual([]);
  expect((await failing('alert-1-a', 'chat-unavailable', true)).raised).toHaveLength(1);
  expect((await failing('digest-1', 'chat-closed')).raised).toEqual([]);
});
