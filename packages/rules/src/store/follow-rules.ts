import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { FollowedDatabase } from '@watchpost/shared/documents/follow-database';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, raceAbort } from '@watchpost/shared/wait';
import { createJudge } from '../create-judge.ts';
import type { Judge } from '../judge.ts';
import type { FollowedRules } from '../rules.ts';
import { readRules, rulesId, rulesKind, type RulesDocument } from './rules-document.ts';

export interface FollowOptions {
  documents: Pick<DocumentStore, 'get' | 'find'>;
  log: Logger;
  /** Says when everything must be read again at once. */
  followed?: Pick<FollowedDatabase, 'onReplaced'> | undefined;
  /** How often to ask whether they have changed. Milliseconds. */
  everyMs?: number;
}

/** So many questions ask for news only; then everything is read once: somebody may have put an older backup into the database. */
const newsOnly = 60;

/**
 * Follows the rules: reads them now, and every half second whether they have changed, which costs nothing as long as they have not.
 * While the database is away the rules that were read last apply.
 */
export function followRules({ documents, log, followed, everyMs = 500 }: FollowOptions, signal: AbortSignal): FollowedRules {
  let judge: Judge | null = null;
  let known: Pick<RulesDocument, 'atMs' | 'revision'> | null = null;
  let isAway = false;
  let told = new Set<string>();
  let onFirst: (judge: Judge) => void = () => undefined;
  const first = new Promise<Judge>((resolve) => (onFirst = resolve));

  followed?.onReplaced(() => (known = null));

  const take = (rules: RulesDocument): void => {
    if (judge && known?.atMs === rules.atMs && known.revision === rules.revision) return;
    judge = createJudge(rules.rules);
    known = rules;
    told = reportFaults(judge, rules.unreadable.length, told, log);
    onFirst(judge);
  };

  const read = async (turn: number): Promise<void> => {
    if (known && turn % newsOnly !== 0) {
      const [news] = await documents.find({ kind: rulesKind, fromMs: known.atMs + 1, order: 'newest', limit: 1 }, signal);
      if (news) take(readRules(news));
      return;
    }
    take(readRules((await documents.get(rulesKind, rulesId, signal)).document));
  };

  const run = async (): Promise<void> => {
    for (let turn = 0; !signal.aborted; turn += 1) {
      try {
        await read(turn);
        if (isAway) log.info('the rules can be read again');
        isAway = false;
      } catch (error) {
        if (signal.aborted) return;
        if (!isAway)
          log.warn({ err: error }, judge ? 'the rules cannot be read: the last known ones apply' : 'the rules cannot be read yet');
        isAway = true;
      }
      await pause(everyMs, signal).catch(() => undefined);
    }
  };

  return {
    current: () => judge,
    ready: async (waiting) => judge ?? raceAbort(first, waiting),
    done: run(),
  };
}

/** Says of each rule once that it does not work; resolves to what has been said. */
function reportFaults({ broken }: Judge, unreadable: number, told: ReadonlySet<string>, log: Logger): Set<string> {
  const said = new Set<string>();
  for (const { rule, reason } of broken) {
    const key = `${rule.id} ${String(rule.changedAtMs)}`;
    said.add(key);
    if (!told.has(key)) log.error({ rule: rule.name, reason }, 'a rule does not work; the others do');
  }
  if (unreadable === 0) return said;
  const key = `unreadable ${String(unreadable)}`;
  said.add(key);
  if (!told.has(key)) log.error({ rules: unreadable }, 'some rules were written by another version of watchpost and do not apply here');
  return said;
}
