import { decideAbout } from '@watchpost/rules/decide';
import { readAuthorId, readChannelId } from '@watchpost/rules/notation/ids';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createQuarantineAudit } from '@watchpost/rules/store/quarantine-audit';
import { isAbsent, type Violation } from '@watchpost/rules/violation';
import type { Quarantine, ViolationFilter, ViolationPlace, Violations, ViolationState } from '@watchpost/rules/violations';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { plain } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorIdOf } from '../../sign-in/actor.ts';
import { keptByMark, type KeptByMark } from '../kept-by-mark.ts';
import { violationsOf } from '../rules/overview.ts';
import { createViolationDecisions } from './decisions.ts';
import {
  decisionAnswer,
  decisionBody,
  fileParams,
  originalAnswer,
  quarantineChangesAnswer,
  violationAnswer,
  violationParams,
  violationsAnswer,
  violationsQuery,
  type ViolationAnswer,
} from './schema.ts';
import { toDetails, toRow } from './shown.ts';

const tags = ['violations'];
const dayMs = 86_400_000;
const sendTimeoutMs = 5_000;
const linkTimeoutMs = 3_000;
const mostAccesses = 100;
const admin = { role: 'admin' } as const;
type ViolationsPage = Awaited<ReturnType<Violations['page']>>;

/** What the page Violations asks for. */
export function registerViolations(app: ConsoleApp, deps: ConsoleDeps): void {
  registerReading(app, deps);
  registerDeciding(app, deps);
  registerQuarantine(app, deps);
}

/** Those in one state are looked for among thousands: a first page of them is kept until one of them is written. */
function createPages(deps: ConsoleDeps) {
  const kept = new Map<ViolationState, KeptByMark<ViolationsPage>>();
  return async (query: z.output<typeof violationsQuery>, signal: AbortSignal): Promise<ViolationsPage> => {
    const { state, limit, ...rest } = query;
    const read = async (): Promise<ViolationsPage> => violationsOf(deps).page(filterOf(query), placeOf(query.cursor), signal);
    if (state === undefined || Object.values(rest).some((value) => value !== undefined)) return read();
    const { gallery, database } = deps.database.parts();
    const own = kept.get(state) ?? keptByMark<ViolationsPage>();
    kept.set(state, own);
    return own(`${gallery.position().epoch} ${await database.writesOf('violation', signal)} ${String(limit)}`, read);
  };
}

function registerReading(app: ConsoleApp, deps: ConsoleDeps): void {
  const pageOf = createPages(deps);
  app.get(
    '/api/violations',
    {
      schema: {
        tags,
        summary: 'Messages in which rules found something, the newest first; a page may be short, and another follow',
        querystring: violationsQuery,
        response: { 200: violationsAnswer },
      },
    },
    async ({ query, ending }) => {
      const { items, next } = await pageOf(query, ending);
      return { items: items.map(toRow), next: next && `${String(next.atMs)}~${next.id}` };
    },
  );
  app.get(
    '/api/violations/:id',
    {
      schema: {
        tags,
        summary: 'One of them, with what can be decided about it',
        params: violationParams,
        response: { 200: violationAnswer },
      },
    },
    async (request) => {
      const signal = request.ending;
      return detailsOf(await violationOf(request.params.id, deps, signal), actorIdOf(request), deps, signal);
    },
  );
}

function registerDeciding(app: ConsoleApp, deps: ConsoleDeps): void {
  app.post(
    '/api/violations/:id/decision',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Accept or reject an appeal, have an original put back, or deleted; a worker does what follows',
        params: violationParams,
        body: decisionBody,
        response: { 200: decisionAnswer },
      },
    },
    async (request) => {
      const { action } = request.body;
      const signal = request.ending;
      const by = actorIdOf(request);
      const { id } = await violationOf(request.params.id, deps, signal);
      const decisions = createViolationDecisions(deps.database.parts().documents);
      const entry = await decisions.record({ actor: by, what: action, violation: id }, signal);
      const made = await decideAbout(request.params.id, { action, by, channel: null, atMs: deps.now() }, violationsOf(deps), signal);
      // Somebody else has decided before, or there was nothing to decide.
      if (!made?.decision.next) await decisions.takeBack(entry, signal);
      if (!made) throw tooOld();
      const { decision, violation } = made;
      if (decision.isTheirs) {
        deps.log.info({ violation: violation.id, action, by }, 'somebody decided about a violation');
        await deps.sender.send(
          { v: 1, kind: 'violation', violationId: violation.id, wanted: violation.wanted },
          { timeoutMs: sendTimeoutMs },
        );
      }
      return { done: decision.isTheirs, text: plain(decision.text), violation: await detailsOf(violation, by, deps, signal) };
    },
  );
}

function registerQuarantine(app: ConsoleApp, deps: ConsoleDeps): void {
  app.post(
    '/api/violations/:id/original',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Read what is in quarantine; that somebody did is kept',
        params: violationParams,
        response: { 200: originalAnswer },
      },
    },
    async (request, reply) => {
      const signal = request.ending;
      const { id } = request.params;
      const quarantine = await readable(id, deps, signal);
      await recordReading(id, actorIdOf(request), deps, signal);
      const message = await quarantine.message(id, signal);
      const files = await quarantine.files(id, signal);
      if (!message && files.length === 0) throw nothingKept();
      void reply.header('cache-control', 'no-store');
      return { texts: [...(message?.texts ?? [])], files: files.map(({ fileId, name }) => ({ fileId, name })) };
    },
  );
  app.post(
    '/api/violations/:id/original/files/:fileId',
    {
      config: admin,
      schema: {
        tags,
        summary: 'A file of what is in quarantine, as it was; that somebody read it is kept',
        params: fileParams,
        response: { 200: z.any().describe('The bytes, as application/octet-stream') },
      },
    },
    async (request, reply) => {
      const signal = request.ending;
      const { id, fileId } = request.params;
      const quarantine = await readable(id, deps, signal);
      const file = (await quarantine.files(id, signal)).find((each) => each.fileId === fileId);
      if (!file) throw nothingKept();
      await recordReading(id, actorIdOf(request), deps, signal);
      // Whatever it is, no browser is to show or run it.
      void reply.type('application/octet-stream').header('content-disposition', 'attachment').header('cache-control', 'no-store');
      return reply.serializer(String).send(Buffer.from(await file.bytes()));
    },
  );
  app.get(
    '/api/violations/quarantine/changes',
    {
      config: admin,
      schema: { tags, summary: 'Who read or deleted originals', response: { 200: quarantineChangesAnswer } },
    },
    async ({ ending }) => ({ changes: await createQuarantineAudit(deps.database.parts().documents).list(mostAccesses, ending) }),
  );
}

const tooOld = (): AppError => new AppError('violation-missing', 'this is too long ago: nothing is known about it any more');
const nothingKept = (): AppError => new AppError('violation-missing', 'nothing of this message is kept');

async function violationOf(id: string, deps: ConsoleDeps, signal: AbortSignal): Promise<Violation> {
  const stored = await violationsOf(deps).get(id, signal);
  if (!stored) throw tooOld();
  return stored.violation;
}

async function detailsOf(violation: Violation, by: string, deps: ConsoleDeps, signal: AbortSignal): Promise<ViolationAnswer> {
  const { message, removal } = violation;
  const chat = isAbsent(removal.state) ? null : deps.platformFor(message.channel)?.chat;
  const asked = chat?.permalink(message.channel, message.messageId, within(signal, linkTimeoutMs));
  const link = (await asked?.catch(() => null)) ?? null;
  return toDetails(violation, { by, canReveal: deps.config.QUARANTINE_KEY !== undefined, link });
}

/** Rejects with `quarantine-key-missing`, or `violation-missing` where nothing is kept. */
async function readable(id: string, deps: ConsoleDeps, signal: AbortSignal): Promise<Quarantine> {
  const { kept } = await violationOf(id, deps, signal);
  if (kept.state !== 'kept') throw nothingKept();
  const { QUARANTINE_KEY: keys, RULES_KEEP_DAYS } = deps.config;
  const quarantine = createQuarantine(deps.database.parts().documents, { keys, keepMs: RULES_KEEP_DAYS * dayMs });
  if (quarantine.canKeep) return quarantine;
  throw new AppError(
    'quarantine-key-missing',
    'set QUARANTINE_KEY of the console to the key that the worker has: without it nothing can be read',
  );
}

/** Before anything is shown. */
async function recordReading(violation: string, actor: string, deps: ConsoleDeps, signal: AbortSignal): Promise<void> {
  await createQuarantineAudit(deps.database.parts().documents).record({ actor, what: 'read', violation }, signal);
  deps.log.warn({ violation, by: actor }, 'somebody reads an original in quarantine');
}

function filterOf(query: z.output<typeof violationsQuery>): ViolationFilter & { state?: ViolationState } {
  const { state, rule, channel, author, fromMs, beforeMs, limit } = query;
  return {
    limit,
    ...(state !== undefined && { state }),
    ...(rule !== undefined && { rule }),
    ...(channel !== undefined && { channel: idOf(channel, readChannelId, 'a channel, such as C0123ABCD') }),
    ...(author !== undefined && { author: idOf(author, readAuthorId, 'a member, such as U0123ABCD') }),
    ...(fromMs !== undefined && { fromMs }),
    ...(beforeMs !== undefined && { beforeMs }),
  };
}

function idOf(text: string, read: (text: string) => ChannelKey | null, what: string): ChannelKey {
  const id = read(text);
  if (id) return id;
  throw new AppError('usage-invalid', `this is not the id of ${what}`);
}

function placeOf(cursor: string | undefined): ViolationPlace | null {
  if (cursor === undefined) return null;
  const at = cursor.indexOf('~');
  return { atMs: Number(cursor.slice(0, at)), id: cursor.slice(at + 1) };
}
