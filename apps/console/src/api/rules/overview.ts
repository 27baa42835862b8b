import { createJudge } from '@watchpost/rules/create-judge';
import { describeLook, describeScope, describeState } from '@watchpost/rules/notation/describe';
import { detectorNames, type Rule } from '@watchpost/rules/rule';
import type { RuleChange, Rules } from '@watchpost/rules/rules';
import { foundLately, type Found } from '@watchpost/rules/store/found-lately';
import { rulesId, rulesKind } from '@watchpost/rules/store/rules-document';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Violations } from '@watchpost/rules/violations';
import type { ConsoleDeps } from '../../deps.ts';
import { keptByMark } from '../kept-by-mark.ts';
import type { RuleRow, RulesAnswer, WouldAnswer } from './schema.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Violations of the last week that are counted. */
const mostCounted = 2_000;
const countedMs = 7 * dayMs;
const mostExamples = 10;
const mostChanges = 500;

/** The violations of the database. Throws `gallery-unavailable` while it is away. */
export const violationsOf = ({ database, config }: Pick<ConsoleDeps, 'database' | 'config'>): Violations =>
  createViolations(database.parts().documents, { keepMs: config.RULES_KEEP_DAYS * dayMs });

/** The rules, which of them cannot be applied and why, and which were put back into their dry run. */
interface KnownRules {
  rules: Rule[];
  faults: Map<string, string>;
  changes: RuleChange[];
}

/** All rules with what they came to lately. What has not changed since somebody asked is not read again. */
export function createOverview(deps: ConsoleDeps, rulesOf: () => Pick<Rules, 'list' | 'changes'>) {
  const keptRules = keptByMark<KnownRules>();
  const keptFound = keptByMark<Found[]>();
  const known = async (epoch: string, signal: AbortSignal): Promise<KnownRules> => {
    const { document } = await deps.database.parts().documents.get(rulesKind, rulesId, signal);
    return keptRules(`${epoch} ${String(document?.revision)} ${String(document?.atMs)}`, async () => {
      const stored = rulesOf();
      const [rules, changes] = await Promise.all([stored.list(signal), stored.changes(mostChanges, signal)]);
      return { rules, changes, faults: new Map(createJudge(rules).broken.map(({ rule, reason }) => [rule.id, reason])) };
    });
  };
  const foundSince = async (fromMs: number, epoch: string, signal: AbortSignal): Promise<Found[]> => {
    const { documents, database } = deps.database.parts();
    // Before they are read: what is written meanwhile has another mark.
    const found = await keptFound(`${epoch} ${await database.writesOf('violation', signal)}`, async () =>
      foundLately(documents, { fromMs, limit: mostCounted }, signal),
    );
    return found.filter(({ atMs }) => atMs >= fromMs);
  };
  return async (signal: AbortSignal): Promise<RulesAnswer> => {
    const nowMs = deps.now();
    const countedFromMs = nowMs - countedMs;
    const { epoch } = deps.database.parts().gallery.position();
    const [{ rules, faults, changes }, found] = await Promise.all([known(epoch, signal), foundSince(countedFromMs, epoch, signal)]);
    const counts = countByRule(found, nowMs);
    return {
      rules: rules.map((rule) => ({
        ...rule,
        state: stateOf(rule),
        looksFor: describeLook(rule.look),
        where: describeScope(rule.scope),
        ...(counts.get(rule.id) ?? { messages: 0, removedInHour: 0, lastAtMs: null }),
        brakedAtMs: brakedAt(rule, changes),
        fault: faults.get(rule.id) ?? null,
      })),
      countedFromMs,
      isCut: found.length === mostCounted,
      canQuarantine: deps.config.QUARANTINE_KEY !== undefined,
      detectors: detectorNames.map((name) => ({ name, finds: describeLook({ detector: name }) })),
    };
  };
}

type RuleCounts = Pick<RuleRow, 'messages' | 'removedInHour' | 'lastAtMs'>;

function countByRule(found: readonly Found[], nowMs: number): Map<string, RuleCounts> {
  const counts = new Map<string, RuleCounts>();
  for (const { findings, removal } of found) {
    for (const ruleId of new Set(findings.map((finding) => finding.ruleId))) {
      const own = findings.filter((finding) => finding.ruleId === ruleId);
      const before = counts.get(ruleId) ?? { messages: 0, removedInHour: 0, lastAtMs: null };
      const isFresh = removal.state === 'removed' && nowMs - (removal.atMs ?? 0) < hourMs && own.some(({ dryRun }) => !dryRun);
      counts.set(ruleId, {
        messages: before.messages + 1,
        removedInHour: before.removedInHour + (isFresh ? 1 : 0),
        lastAtMs: Math.max(before.lastAtMs ?? 0, ...own.map(({ atMs }) => atMs)),
      });
    }
  }
  return counts;
}

/** When too many removals put it back into the dry run that it is in now; null: somebody wants it there, or it is live. */
function brakedAt(rule: Rule, changes: readonly RuleChange[]): number | null {
  if (!rule.dryRun) return null;
  const last = changes.find(({ before, after }) => after?.id === rule.id && before?.dryRun !== after.dryRun);
  return last?.actor === 'watchpost' ? last.atMs : null;
}

function stateOf(rule: Rule): RuleRow['state'] {
  const state = describeState(rule);
  return state === 'disabled' || state === 'live' ? state : 'dry run';
}

/** What a rule has found since it was changed last, as long as it only looked. */
export async function would(rule: Rule, violations: Pick<Violations, 'find'>, signal: AbortSignal): Promise<WouldAnswer> {
  const found = await violations.find({ rule: rule.id, fromMs: rule.changedAtMs, limit: mostCounted }, signal);
  const channels = new Map<string, number>();
  for (const { message } of found) channels.set(message.channel, (channels.get(message.channel) ?? 0) + 1);
  const examples = found.flatMap(({ findings, message }) =>
    findings
      .filter(({ ruleId }) => ruleId === rule.id)
      .slice(0, 1)
      .map(({ masked, where, atMs }) => ({ masked, where, channel: message.channel, atMs })),
  );
  return {
    fromMs: rule.changedAtMs,
    messages: found.length,
    isCut: found.length === mostCounted,
    channels: [...channels]
      .map(([channel, messages]) => ({ channel, messages }))
      .sort((a, b) => b.messages - a.messages)
      .slice(0, 5),
    examples: examples.slice(0, mostExamples),
  };
}
