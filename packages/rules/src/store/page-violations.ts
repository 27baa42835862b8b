import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { z } from 'zod';
import { outcomeOf } from '../outcome-of.ts';
import { removalStates, isAbsent, type Violation } from '../violation.ts';
import type { ViolationFilter, ViolationPlace, ViolationState } from '../violations.ts';
import { authorKeyOf, authorsOf, channelKeyOf, ruleInChannelKey, ruleKeyOf, tryFromDocument, violationKind } from './violation-document.ts';

const pageSize = 500;
/** A page looks at so many at most; at more while it has found nothing, so that nobody is shown page after page of nothing. */
const mostLookedThrough = 1_000;
const mostForNothing = 3_000;

/** What tells states apart: of thousands that are in another one nothing else is looked at. */
const standingSchema = z.object({
  appeal: z.object({ state: z.string() }),
  kept: z.object({ state: z.string() }),
  removal: z.object({ state: z.enum(removalStates) }),
  unread: z.array(z.unknown()),
  findings: z.array(z.object({ dryRun: z.boolean() })),
});

/** As Violations.page. */
export async function pageOfViolations(
  documents: Pick<DocumentStore, 'find'>,
  filter: ViolationFilter & { state?: ViolationState },
  after: ViolationPlace | null,
  signal: AbortSignal,
): Promise<{ items: Violation[]; next: ViolationPlace | null }> {
  const query = { kind: violationKind, ...rangeOf(filter, after) };
  const items: Violation[] = [];
  let [last, seen]: [ViolationPlace | null, number] = [after, 0];
  const pageOf = filter.state === undefined ? Math.min(pageSize, filter.limit * 2) : pageSize;
  for await (const document of eachDocument(documents, query, pageOf, signal)) {
    const { atMs, id, body } = document;
    if (after && atMs === after.atMs && id >= after.id) continue;
    if (items.length === filter.limit || seen >= (items.length > 0 ? mostLookedThrough : mostForNothing)) return { items, next: last };
    seen += 1;
    last = { atMs, id };
    if (filter.state !== undefined && !isIn(body, filter.state)) continue;
    const violation = tryFromDocument(document)?.violation;
    if (violation && fits(violation, filter)) items.push(violation);
  }
  return { items, next: null };
}

/** Those of the place's own moment are read once more: only the store knows in which order they are. */
function rangeOf(filter: ViolationFilter, after: ViolationPlace | null): { fromMs?: number; beforeMs?: number; key?: string } {
  const { fromMs, beforeMs } = filter;
  const before = after ? Math.min(beforeMs ?? Infinity, after.atMs + 1) : beforeMs;
  const key = keyOf(filter);
  return {
    ...(fromMs !== undefined && { fromMs }),
    ...(before !== undefined && { beforeMs: before }),
    ...(key !== null && { key }),
  };
}

/** The key that fewest violations have. */
export function keyOf({ rule, channel, author }: ViolationFilter): string | null {
  if (author !== undefined) return authorKeyOf(author);
  if (rule !== undefined) return channel === undefined ? ruleKeyOf(rule) : ruleInChannelKey(rule, channel);
  return channel === undefined ? null : channelKeyOf(channel);
}

/** Whether a violation has what a filter asks for, but for its time. Pure. */
export function fits({ message, findings }: Violation, { rule, channel, author }: ViolationFilter): boolean {
  if (channel !== undefined && message.channel !== channel) return false;
  if (author !== undefined && !authorsOf(message).includes(author)) return false;
  return rule === undefined || findings.some(({ ruleId }) => ruleId === rule);
}

function isIn(body: unknown, state: ViolationState): boolean {
  const standing = standingSchema.safeParse(body).data;
  if (!standing) return false;
  const { appeal, kept, removal, unread } = standing;
  switch (state) {
    case 'open':
      return appeal.state === 'asked' || removal.state === 'failed';
    case 'appealed':
      return appeal.state === 'asked';
    case 'kept':
      return kept.state === 'kept';
    case 'removed':
      return isAbsent(removal.state);
    case 'failed':
      return removal.state === 'failed';
    case 'dry-run':
      return outcomeOf(standing) === 'dry run';
    case 'unread':
      return unread.length > 0;
    default:
      return state satisfies never;
  }
}
