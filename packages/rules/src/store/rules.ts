import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { checkLook } from '../create-judge.ts';
import { findRule } from '../rule-name.ts';
import type { Rule } from '../rule.ts';
import type { RuleChange, Rules } from '../rules.ts';
import { keepChange, keptChanges, readRules, rulesDocument, rulesId, rulesKind } from './rules-document.ts';
import { changedRule, checkBeside, checkQuarantine, newRule } from './valid-rule.ts';

/** What a change makes of the rules. Null: nothing is to be written. */
interface Planned {
  change: Pick<RuleChange, 'what' | 'before' | 'after'> | null;
  result: Rule;
}

/** The rules on a store of documents. `canQuarantine`: whether there is a key for the quarantine. */
export function createRules(documents: DocumentStore, { canQuarantine }: { canQuarantine: boolean }): Rules {
  /** `plan` may be called several times: once more after each conflict. */
  const changing = (
    actor: string,
    plan: (rules: readonly Rule[], nowMs: number, last: RuleChange | null) => Planned,
    signal: AbortSignal,
  ): Promise<Rule> =>
    untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(rulesKind, rulesId, signal);
      const now = readRules(document);
      // Whoever follows them asks for what is newer than it knows, whatever the clock says.
      const atMs = Math.max(Math.floor(nowMs), now.atMs + 1);
      const { change, result } = plan(now.rules, atMs, now.last);
      if (!change) return result;
      if (now.last) await keepChange(documents, now.last, signal);
      const last = { ...change, number: (now.last?.number ?? 0) + 1, atMs, actor };
      await documents.put(rulesDocument(now, applied(now.rules, change), last), signal);
      return result;
    }, signal);

  const planAdding = (settings: Parameters<Rules['add']>[0]) => {
    checkLook(settings.look);
    const id = randomBytes(6).toString('hex');
    return (rules: readonly Rule[], nowMs: number): Planned => {
      const after = newRule(settings, id, nowMs);
      checkBeside(after, rules);
      checkQuarantine(after, { action: after.action }, canQuarantine);
      return { change: { what: 'added', before: null, after }, result: after };
    };
  };
  const planEditing = (name: string, { changedAtMs: seenMs, ...settings }: Parameters<Rules['edit']>[1]) => {
    if (settings.look) checkLook(settings.look);
    return (rules: readonly Rule[], nowMs: number, last: RuleChange | null): Planned => {
      const before = findRule(rules, name);
      if (seenMs !== undefined && seenMs !== before.changedAtMs) throw changedMeanwhile(before, last);
      const after = changedRule(before, settings, nowMs);
      if (isDeepStrictEqual({ ...after, changedAtMs: before.changedAtMs }, before)) return { change: null, result: before };
      checkBeside(
        after,
        rules.filter(({ id }) => id !== before.id),
      );
      checkQuarantine(after, settings, canQuarantine);
      return { change: { what: 'edited', before, after }, result: after };
    };
  };

  return {
    list: async (signal) => readRules((await documents.get(rulesKind, rulesId, signal)).document).rules,
    add: async (settings, actor, signal) => {
      const plan = planAdding(settings);
      return changing(actor, plan, signal);
    },
    edit: async (name, settings, actor, signal) => {
      const plan = planEditing(name, settings);
      return changing(actor, plan, signal);
    },
    check: async (name, settings, signal) => {
      const { name: called, look, ...rest } = settings;
      if (name === null && (called === undefined || !look))
        throw new AppError('rule-invalid', 'a rule needs a name, and what it looks for');
      const plan =
        name === null && called !== undefined && look ? planAdding({ ...rest, name: called, look }) : planEditing(name ?? '', settings);
      const { document, nowMs } = await documents.get(rulesKind, rulesId, signal);
      return plan(readRules(document).rules, Math.floor(nowMs), null).result;
    },
    remove: async (name, actor, signal) => {
      const plan = (rules: readonly Rule[]): Planned => {
        const before = findRule(rules, name);
        return { change: { what: 'removed', before, after: null }, result: before };
      };
      return changing(actor, plan, signal);
    },
    changes: async (limit, signal) => {
      const { last } = readRules((await documents.get(rulesKind, rulesId, signal)).document);
      const kept = (await keptChanges(documents, limit, signal)).filter(({ number }) => number !== last?.number);
      return [...(last ? [last] : []), ...kept].slice(0, limit);
    },
  };
}

function changedMeanwhile({ id, name }: Rule, last: RuleChange | null): AppError {
  const who = last?.after?.id === id ? last.actor : 'somebody';
  return new AppError('change-refused', `${who} changed the rule ${name} meanwhile: look at it as it is now, then change it again`);
}

/** A new rule comes last; a changed one stays where it is. */
function applied(rules: readonly Rule[], { before, after }: Pick<RuleChange, 'before' | 'after'>): Rule[] {
  if (!before) return after ? [...rules, after] : [...rules];
  return rules.flatMap((rule) => (rule.id === before.id ? (after ?? []) : rule));
}
