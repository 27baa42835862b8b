import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

/** Reports of one rule in a minute; the others are only counted. */
export const linesAMinute = 10;
const minuteMs = 60_000;
/** A retry finds the answer of an earlier attempt so long. Minutes. */
const minutesBack = 10;
/** Beyond so many only the count is kept: a flood must not make its own document large. */
const mostIds = 500;
/** Longer than the lines may be late. Milliseconds. */
const keepMs = 26 * 3_600_000;
const kind = 'rule-lines';

const linesSchema = z.object({
  v: z.literal(1),
  /** As channel keys have it. */
  platform: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  /** When its minute began, milliseconds since 1970 by the database's clock. */
  fromMs: z.number().int(),
  /** Violations with a line of their own. */
  shown: z.array(z.string()),
  /** Some of the others. */
  others: z.array(z.string()),
  /** How many the others are. */
  more: z.number().int(),
  /** The line about them is stored. */
  told: z.boolean(),
});
/** Stands for a rule where nothing was found, but something could not be read. */
export const unreadOnly = { ruleId: 'unread', ruleName: 'Could not be read' } as const;

/** The reports of one rule in one minute. */
export type RuleLines = z.infer<typeof linesSchema>;

/**
 * Whether a violation has a line of its own in the admin channel, or is `summarised` because its rule had too many in this minute, in all
 * workers together. A retry gets the same answer.
 */
export async function takeLine(
  about: Pick<RuleLines, 'platform' | 'ruleId' | 'ruleName'> & { violationId: string },
  documents: DocumentStore,
  signal: AbortSignal,
): Promise<'line' | 'summarised'> {
  const { violationId, ...rule } = about;
  return untilNoConflict(async () => {
    const { nowMs } = await documents.get(kind, idOf(rule, 0), signal);
    const fromMs = Math.floor(nowMs / minuteMs) * minuteMs;
    const minutes = Array.from({ length: minutesBack }, (_, back) => fromMs - back * minuteMs);
    const known = await documents.getAll(
      kind,
      minutes.map((each) => idOf(rule, each)),
      signal,
    );
    const answered = known.map(read).find(({ lines }) => lines.shown.includes(violationId) || lines.others.includes(violationId));
    if (answered) return answered.lines.shown.includes(violationId) ? 'line' : 'summarised';
    const current = known.map(read).find(({ lines }) => lines.fromMs === fromMs);
    const lines = current?.lines ?? { v: 1, ...rule, fromMs, shown: [], others: [], more: 0, told: false };
    const hasLine = lines.shown.length < linesAMinute;
    const next = hasLine
      ? { ...lines, shown: [...lines.shown, violationId] }
      : { ...lines, more: lines.more + 1, others: lines.others.length < mostIds ? [...lines.others, violationId] : lines.others };
    await write(next, current?.revision ?? 0, documents, signal);
    return hasLine ? 'line' : 'summarised';
  }, signal);
}

/** A minute is looked at a little after its end: then everything in it has been written. Milliseconds. */
const settleMs = 10_000;
/** Minutes that nobody could tell of in time are still told. Milliseconds. */
const lateMs = 6 * 3_600_000;

/** What was only counted in minutes that are over by the database's clock, and has not been told. */
export async function untoldLines(documents: DocumentStore, signal: AbortSignal): Promise<{ lines: RuleLines; revision: number }[]> {
  const { nowMs } = await documents.get(kind, 'now', signal);
  const beforeMs = Math.floor((nowMs - settleMs) / minuteMs) * minuteMs;
  const found = await documents.find({ kind, key: untold, fromMs: beforeMs - lateMs, beforeMs, order: 'oldest', limit: 500 }, signal);
  return found.map(read);
}

/** Notes that the line is stored. */
export async function noteTold(
  { lines, revision }: { lines: RuleLines; revision: number },
  documents: DocumentStore,
  signal: AbortSignal,
): Promise<void> {
  await write({ ...lines, told: true }, revision, documents, signal);
}

const untold = 'untold';
const idOf = ({ platform, ruleId }: Pick<RuleLines, 'platform' | 'ruleId'>, fromMs: number): string =>
  `${platform}-${ruleId}-${String(fromMs)}`;
const read = ({ body, revision }: StoredDocument): { lines: RuleLines; revision: number } => ({ lines: linesSchema.parse(body), revision });

async function write(lines: RuleLines, revision: number, documents: DocumentStore, signal: AbortSignal): Promise<void> {
  const keys = lines.more > 0 && !lines.told ? [untold] : [];
  const { fromMs } = lines;
  await documents.put({ kind, id: idOf(lines, fromMs), revision, atMs: fromMs, keys, expiresAtMs: fromMs + keepMs, body: lines }, signal);
}
