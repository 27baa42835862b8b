import { AppError, toAppError } from '@watchpost/shared/errors';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Logger } from '@watchpost/shared/observability/logger';
import { forgetAgainId, forgetAgainKind, readToForget, toForgetDocument, type ToForget } from '../changes/to-forget.ts';
import { planForget } from '../changes/plan-forget.ts';
import type { PlanDeps } from '../changes/plan.ts';
import type { Transact } from '../changes/transact.ts';

export interface ForgetAgainDeps extends PlanDeps {
  transact: Transact;
  documents: DocumentStore;
  log: Logger;
}

/** Somebody who could not be forgotten; who stays on the list. */
export interface NotForgotten {
  personId: string;
  error: AppError;
}

/**
 * Forgets whom a restore has brought back although the database that it replaced had forgotten them, each with an entry in the audit in the name
 * of whoever restored. Who is done is off the list: whoever is interrupted goes on later, and an undo holds. Resolves to whom it could
 * not forget. Rejects with `gallery-unavailable`.
 */
export type ForgetAgain = (signal: AbortSignal) => Promise<NotForgotten[]>;

export function createForgetAgain({ transact, documents, log, ...deps }: ForgetAgainDeps): ForgetAgain {
  const { mirror } = deps;
  const forget = (personId: string, by: ToForget['by'], signal: AbortSignal): Promise<void> =>
    transact(async (base) => {
      // Only who is a person of their own: whoever they were merged into may be somebody else.
      if (mirror.person(personId)?.id !== personId) return { changeset: null, result: undefined };
      const { change, summary } = await planForget(deps, base, personId, signal);
      return { changeset: change.audited('forget', by, summary).changeset, result: undefined };
    }, signal);
  const isDone = (personId: string, signal: AbortSignal): Promise<void> =>
    untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(forgetAgainKind, forgetAgainId, signal);
      const list = readToForget(document);
      if (!document || !list) return;
      const { revision } = document;
      const personIds = list.personIds.filter((id) => id !== personId);
      if (personIds.length > 0) await documents.put(toForgetDocument({ ...list, personIds }, nowMs, revision), signal);
      else await documents.remove(forgetAgainKind, forgetAgainId, revision, signal);
    }, signal);

  return async (signal) => {
    const { document } = await documents.get(forgetAgainKind, forgetAgainId, signal);
    const list = readToForget(document);
    const left: NotForgotten[] = [];
    for (const personId of list?.personIds ?? []) {
      try {
        await forget(personId, list?.by ?? { id: 'watchpost' }, signal);
      } catch (thrown) {
        const error = toAppError(thrown);
        if (signal.aborted || error.retry === 'transient') throw error;
        left.push({ personId, error });
        log.warn({ err: error, personId }, 'somebody whom a restore has brought back could not be forgotten again');
        continue;
      }
      await isDone(personId, signal);
    }
    return left;
  };
}
