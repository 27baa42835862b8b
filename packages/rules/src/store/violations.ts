import type { DocumentQuery, DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { nextWanted } from '@watchpost/shared/documents/next-wanted';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { newViolation, type Violation } from '../violation.ts';
import type { StoredViolation, ViolationFilter, Violations } from '../violations.ts';
import { countViolations } from './count-violations.ts';
import { mergeFound } from './merge-findings.ts';
import { fits, keyOf, pageOfViolations } from './page-violations.ts';
import { crowdKey, fromDocument, lastFoundMs, toDocument, tryFromDocument, violationIdOf, violationKind } from './violation-document.ts';

export { violationIdOf } from './violation-document.ts';

const pageSize = 500;

/** Violations on a store of documents. `keepMs`: how long after something was found last. */
export function createViolations(documents: DocumentStore, { keepMs }: { keepMs: number }): Violations {
  async function read(id: string, signal: AbortSignal): Promise<{ stored: StoredViolation | null; nowMs: number }> {
    const { document, nowMs } = await documents.get(violationKind, id, signal);
    return { stored: document && fromDocument(document), nowMs };
  }

  const get = async (id: string, signal: AbortSignal): Promise<StoredViolation | null> => (await read(id, signal)).stored;

  const put = async (stored: StoredViolation, signal: AbortSignal): Promise<StoredViolation> =>
    fromDocument(await documents.put(toDocument(stored, keepMs), signal));

  /** Those of one key that fit, newest first, read in pages. */
  async function* newest(query: Omit<DocumentQuery, 'kind' | 'order' | 'limit'>, pageOf: number, signal: AbortSignal) {
    for await (const document of eachDocument(documents, { kind: violationKind, ...query }, pageOf, signal)) {
      const stored = tryFromDocument(document);
      if (stored) yield stored.violation;
    }
  }

  async function take(
    query: Omit<DocumentQuery, 'kind' | 'order' | 'limit'>,
    filter: ViolationFilter,
    signal: AbortSignal,
  ): Promise<Violation[]> {
    const taken: Violation[] = [];
    if (filter.limit <= 0) return taken;
    for await (const violation of newest(query, Math.min(pageSize, Math.max(filter.limit, 20)), signal)) {
      if (fits(violation, filter)) taken.push(violation);
      if (taken.length >= filter.limit) break;
    }
    return taken;
  }

  return {
    get,
    add: (message, found, signal) =>
      untilNoConflict(async () => {
        const id = violationIdOf(message.channel, message.messageId);
        const { stored: before, nowMs } = await read(id, signal);
        const violation = before?.violation ?? newViolation(id, message, Math.floor(nowMs));
        const { news, ...merged } = mergeFound(violation, found);
        if (!news && !before) throw new AppError('internal', 'a violation needs something that was found');
        // What was added by an attempt whose job was never queued is news still.
        if (!news && before) return { stored: before, news: violation.wanted > violation.done };
        const changed = counted(violation, { ...violation, ...merged, wanted: violation.wanted + 1 }, nowMs);
        return { stored: await put({ violation: changed, revision: before?.revision ?? 0 }, signal), news: true };
      }, signal),
    update: (id, change, signal) =>
      untilNoConflict(async () => {
        const { stored, nowMs } = await read(id, signal);
        if (!stored) throw new AppError('violation-missing', `there is no violation ${id}, or its time is over`);
        const changed = change(stored.violation);
        return changed === stored.violation
          ? stored
          : put({ violation: counted(stored.violation, changed, nowMs), revision: stored.revision }, signal);
      }, signal),
    find: async (filter, signal) => {
      const { fromMs, beforeMs } = filter;
      const range = { ...(fromMs !== undefined && { fromMs }), ...(beforeMs !== undefined && { beforeMs }) };
      const key = keyOf(filter);
      const found = await take({ ...range, ...(key !== null && { key }) }, filter, signal);
      if (filter.rule === undefined || filter.author !== undefined) return found;
      const crowded = await take({ ...range, key: crowdKey }, filter, signal);
      const others = crowded.filter(({ id }) => found.every((each) => each.id !== id));
      return others.length === 0 ? found : newestFirst([...found, ...others]).slice(0, filter.limit);
    },
    page: async (filter, after, signal) => pageOfViolations(documents, filter, after, signal),
    count: ({ fromMs, beforeMs }, signal) => countViolations(newest({ fromMs, beforeMs }, pageSize, signal)),
  };
}

const newestFirst = (violations: readonly Violation[]): Violation[] => violations.toSorted((a, b) => lastFoundMs(b) - lastFoundMs(a));

/** With a count whose job no earlier one can be. What failed for it failed for it still. */
function counted(before: Violation, after: Violation, nowMs: number): Violation {
  const wanted = nextWanted(before.wanted, after.wanted, nowMs);
  const { removal } = after;
  return { ...after, wanted, ...(removal.failedFor === after.wanted && { removal: { ...removal, failedFor: wanted } }) };
}
