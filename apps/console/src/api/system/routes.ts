import type { Receipt } from '@watchpost/privacy/receipts/receipt';
import { isSettleable } from '@watchpost/privacy/receipts/receipts';
import { openPrivacy } from '@watchpost/privacy/open-privacy';
import { retentionSettings } from '@watchpost/privacy/retention/settings';
import { createExaminations } from '@watchpost/shared/documents/examination';
import { AppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorOf } from '../../sign-in/actor.ts';
import { describeSystem } from './describe-system.ts';
import {
  doctorAnswer,
  receiptAnswer,
  receiptParams,
  receiptsAnswer,
  receiptsQuery,
  settleBody,
  storageAnswer,
  systemAnswer,
  type ReceiptOfPage,
} from './schema.ts';

/** Milliseconds. */
const patienceMs = 10_000;

/** What the page System asks for. */
export function registerSystem(app: ConsoleApp, deps: ConsoleDeps): void {
  const { config, database, now } = deps;
  const startedAtMs = now();
  app.get(
    '/api/system',
    { schema: { summary: 'Versions, processes, database, queue and open alerts', tags: ['system'], response: { 200: systemAnswer } } },
    async ({ ending }) => describeSystem(deps, startedAtMs, within(ending, patienceMs)),
  );
  const summary = 'Each class of data: how much there is, how long it is kept, and what is deleted next';
  app.get('/api/system/storage', { schema: { summary, tags: ['system'], response: { 200: storageAnswer } } }, async ({ ending }) =>
    openPrivacy(database.parts(), retentionSettings(config)).reportRetention(within(ending, patienceMs)),
  );
  registerDoctor(app, deps);
  registerReceipts(app, deps);
}

function registerDoctor(app: ConsoleApp, { database, live }: ConsoleDeps): void {
  app.get(
    '/api/system/doctor',
    {
      config: { role: 'admin' },
      schema: {
        summary: 'What a worker found when it examined the installation: each fault with what to do',
        tags: ['system'],
        response: { 200: doctorAnswer },
      },
    },
    async ({ ending }) => createExaminations(database.parts().documents).last(ending),
  );
  app.post(
    '/api/system/doctor',
    {
      config: { role: 'admin' },
      schema: {
        summary: 'Has a worker examine the installation now',
        tags: ['system'],
        response: { 200: z.object({ isAsked: z.literal(true) }) },
      },
    },
    async ({ ending }) => {
      await createExaminations(database.parts().documents).ask(ending);
      live.announce({ topic: 'system' });
      return { isAsked: true } as const;
    },
  );
}

function registerReceipts(app: ConsoleApp, { database, config }: ConsoleDeps): void {
  const receipts = () => openPrivacy(database.parts(), retentionSettings(config)).receipts;
  app.get(
    '/api/receipts',
    {
      config: { role: 'editor' },
      schema: {
        summary: 'What became of wishes to be forgotten, the newest first; nobody is named',
        tags: ['system'],
        querystring: receiptsQuery,
        response: { 200: receiptsAnswer },
      },
    },
    async ({ query: { limit }, ending }) => ({ items: (await receipts().list(limit, ending)).map(shownReceipt) }),
  );
  app.get(
    '/api/receipts/:id',
    {
      config: { role: 'editor' },
      schema: { summary: 'One of them', tags: ['system'], params: receiptParams, response: { 200: receiptAnswer } },
    },
    async ({ params: { id }, ending }) => {
      const [found] = await receipts().find(id, 1, ending);
      if (!found) throw new AppError('record-missing', 'there is no such receipt');
      return shownReceipt(found);
    },
  );
  app.post(
    '/api/receipts/:id/settle',
    {
      config: { role: 'admin' },
      schema: {
        summary: 'Ends a receipt of which something is left only in the chat; who did, and why, stays in it',
        tags: ['system'],
        params: receiptParams,
        body: settleBody,
        response: { 200: receiptAnswer },
      },
    },
    async (request) => {
      const { id } = request.params;
      return shownReceipt(await receipts().settle(id, request.body.note, actorOf(request), request.ending));
    },
  );
}

const shownReceipt = (receipt: Receipt): ReceiptOfPage => {
  const { id, state, acceptedAtMs, dueAtMs, doneAtMs, verifiedAtMs, settled, places } = receipt;
  return {
    id,
    state,
    acceptedAtMs,
    dueAtMs,
    doneAtMs,
    verifiedAtMs,
    canSettle: isSettleable(receipt),
    settled: settled ?? null,
    places: Object.entries(places).map(([name, { found, erased, left, why }]) => ({ name, found, erased, left, why })),
  };
};
