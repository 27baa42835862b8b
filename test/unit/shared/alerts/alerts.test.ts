import { createAlerts } from '@watchpost/shared/alerts/alerts';
import { openAlerts } from '@watchpost/shared/alerts/open-alerts';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it, onTestFinished } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;

function rig() {
  const documents = createMemoryDocuments();
  const stopping = new AbortController();
  const database: { current: DocumentStore | null } = { current: documents };
  const alerts = createAlerts({ documents: () => database.current, log: createLogger('test', 'silent'), everyMs: 1 }, stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await alerts.done;
  });
  const open = async () => (await openAlerts(documents, never)).alerts;
  return { documents, database, alerts, stopping, open };
}

it('what is raised while the database is away is written once it is back, counted', async () => {
  const { documents, database, alerts, open } = rig();
  database.current = null;
  alerts.raise({ topic: 'a b/ü', text: 'one', code: null });
  const broken = async () => {
    throw new Error('away');
  };
  database.current = { ...documents, get: broken };
  alerts.raise({ topic: 'a b/ü', text: 'two\n lines', code: 'mail-refused' });
  database.current = documents;
  await until('it is written', async () => (await open()).length > 0);
  expect(await open()).toMatchObject([{ topic: 'a-b--', text: 'two lines', code: 'mail-refused', count: 2 }]);
});

it('a token in a text is not told', async () => {
  const { alerts, open } = rig();
  alerts.raise({ topic: 'token', text: 'Slack refuses xoxb-1234567890-abcdefghijklmn', code: null });
  await until('it is written', async () => (await open()).length > 0);
  expect((await open())[0]?.text).not.toContain('abcdefghijklmn');
});

it('of what is raised and cleared the last one counts, and what is raised last is written before the end', async () => {
  const { alerts, database, documents, stopping, open } = rig();
  database.current = null;
  alerts.raise({ topic: 'over', text: 'x', code: null });
  alerts.clear('over');
  alerts.clear('on');
  alerts.raise({ topic: 'on', text: 'x', code: null });
  database.current = documents;
  stopping.abort();
  await alerts.done;
  expect((await open()).map(({ topic }) => topic)).toEqual(['on']);
});
