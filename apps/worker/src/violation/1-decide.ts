import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Rule } from '@watchpost/rules/rule';
import type { FollowedRules } from '@watchpost/rules/rules';
import type { Finding, Violation } from '@watchpost/rules/violation';
import type { Quarantine } from '@watchpost/rules/violations';
import { askCanRemove } from '../ask-can-remove.ts';
import { asRulesSayNow } from '../findings.ts';
import { brake, type BrakeDeps } from './brake.ts';
import { save, type StoreDeps } from './store.ts';

export interface DecideDeps extends StoreDeps, BrakeDeps {
  followedRules: Pick<FollowedRules, 'ready'>;
  quarantine: Pick<Quarantine, 'canKeep'>;
}

/** Decides by what the rules say now what is to be removed, and stores it before anything is. */
export async function decide(
  found: Violation,
  platform: Pick<ConnectedPlatform, 'moderation' | 'adminChannel'>,
  deps: DecideDeps,
  signal: AbortSignal,
): Promise<Violation> {
  if (hasFailed(found)) return found;
  const { rules, broken } = await deps.followedRules.ready(signal);
  const inForce = [...rules, ...broken.map(({ rule }) => rule)];
  const { canKeep } = deps.quarantine;
  const wanting = removingOf(asRulesSayNow(found.findings, inForce), canKeep).filter((each) => !isForgiven(found, each));
  const canRemove = wanting.length > 0 && (await askCanRemove(platform, signal)).can;
  const isNew = found.removal.state === 'none' && canRemove;
  const braked = isNew ? await brakedOf(wanting, inForce, platform, deps, signal) : new Set<string>();
  const asNow = (now: Violation): Violation => plan(now, inForce, { braked, canKeep, canRemove });
  return save(found, asNow, deps, signal);
}

/** It was given up, and nothing has changed since. */
const hasFailed = ({ removal, wanted }: Violation): boolean => removal.state === 'failed' && (removal.failedFor ?? 0) >= wanted;

/** An admin has said that it may stand; of a message not what its author wrote into it afterwards. */
function isForgiven({ appeal, kept, asked }: Violation, { fileId, atMs }: Finding): boolean {
  const isPutBack = kept.state === 'put-back' || asked?.what === 'put-back';
  if (isPutBack || fileId !== null) return isPutBack || appeal.state === 'accepted';
  return appeal.state === 'accepted' && atMs <= (appeal.atMs ?? 0);
}

/** The findings because of which something is removed. */
export const removingOf = (findings: readonly Finding[], canKeep: boolean): Finding[] =>
  findings.filter(({ dryRun, action }) => !dryRun && (action === 'remove' || (action === 'quarantine' && canKeep)));

/** The rules of these that have removed too much; they are back in dry run then. */
async function brakedOf(
  findings: readonly Finding[],
  rules: readonly Rule[],
  { adminChannel }: Pick<ConnectedPlatform, 'adminChannel'>,
  deps: BrakeDeps,
  signal: AbortSignal,
): Promise<Set<string>> {
  const braked = new Set<string>();
  const wanted = new Set(findings.map(({ ruleId }) => ruleId));
  for (const rule of rules.filter(({ id }) => wanted.has(id))) if (await brake(rule, adminChannel, deps, signal)) braked.add(rule.id);
  return braked;
}

interface Possible {
  braked: ReadonlySet<string>;
  canKeep: boolean;
  canRemove: boolean;
}

/** The violation with what is to be removed. What is removed stays so. Pure. */
function plan(now: Violation, rules: readonly Rule[], { braked, canKeep, canRemove }: Possible): Violation {
  const { removal } = now;
  const pending = isPending(now);
  const decided = asRulesSayNow(now.findings, rules).map((each) => (braked.has(each.ruleId) ? { ...each, dryRun: true } : each));
  const findings = now.findings.map((each, index) => (pending(each) ? (decided[index] ?? each) : each));
  const wanting = removingOf(findings, canKeep);
  const removing = canRemove ? wanting.filter((each) => pending(each) && !isForgiven(now, each)) : [];
  const fileIds = [...new Set([...removal.files.map(({ fileId }) => fileId), ...removing.flatMap(({ fileId }) => fileId ?? [])])];
  const files = fileIds.map((fileId): Violation['removal']['files'][number] => {
    const known = removal.files.find((each) => each.fileId === fileId);
    if (known && isDone(known.state)) return known;
    return { fileId, state: removing.some((each) => each.fileId === fileId) ? 'wanted' : 'none' };
  });
  const isWanted = removing.length > 0;
  // What could not be removed, and may stand now, is not as if nobody had tried.
  const unwanted = removal.state === 'failed' && wanting.length > 0 ? 'failed' : 'none';
  const state = isDone(removal.state) ? removal.state : isWanted ? 'wanted' : unwanted;
  const hadBegun = [removal, ...removal.files].some((each) => each.state === 'wanted' || each.state === 'failed');
  const tries = isWanted ? (hadBegun ? removal.tries : 0) + 1 : removal.tries;
  const next = { ...now, findings, removal: { ...removal, state, files, tries } };
  return JSON.stringify(next) === JSON.stringify(now) ? now : next;
}

const isDone = (state: Violation['removal']['state']): boolean => state === 'removed' || state === 'gone';

/** Whether nothing was removed because of a finding yet. */
function isPending({ removal }: Violation): (finding: Finding) => boolean {
  const done = new Set(removal.files.filter(({ state }) => isDone(state)).map(({ fileId }) => fileId));
  return ({ fileId }) => (fileId === null ? !isDone(removal.state) : !done.has(fileId));
}
