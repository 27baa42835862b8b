import { auditLongestMs } from '@watchpost/shared/documents/audit';
import type { DocumentStore, DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import { ruleSchema, type Rule } from '../rule.ts';
import type { RuleChange } from '../rules.ts';

/** All rules are one document, so that a change is one atomic write and whoever follows them reads one. Its `atMs` grows with each change. */
export const rulesKind = 'rules';
export const rulesId = 'rules';
/** The changes before the last one, a document each. */
const changeKind = 'rule-change';

const changeSchema = z.object({
  number: z.number().int(),
  atMs: z.number().int(),
  actor: z.string(),
  what: z.enum(['added', 'edited', 'removed']),
  before: ruleSchema.nullable(),
  after: ruleSchema.nullable(),
}) satisfies z.ZodType<RuleChange>;

const bodySchema = z.object({
  v: z.literal(1),
  /** Each is parsed on its own: one of a newer release must not stop the others. */
  rules: z.array(z.unknown()),
  /** The last change stands here until the next one is made: the rules and their audit are written at once. */
  last: z.unknown(),
});

/** The rules as they are stored. */
export interface RulesDocument {
  revision: number;
  /** When they were last changed; milliseconds since 1970. */
  atMs: number;
  rules: Rule[];
  /** What this release cannot read; kept as it is. */
  unreadable: unknown[];
  /** Null: nothing has been changed yet, or it cannot be read. */
  last: RuleChange | null;
}

/** Throws `internal` (transient) for a document of a newer release: its processes can read it. */
export function readRules(document: StoredDocument | null): RulesDocument {
  if (!document) return { revision: 0, atMs: 0, rules: [], unreadable: [], last: null };
  const body = bodySchema.safeParse(document.body);
  if (!body.success) throw new AppError('internal', 'the rules were written by another version of watchpost');
  const parsed = body.data.rules.map((raw) => ({ raw, rule: ruleSchema.safeParse(raw).data }));
  return {
    revision: document.revision,
    atMs: document.atMs,
    rules: parsed.flatMap(({ rule }) => rule ?? []),
    unreadable: parsed.flatMap(({ raw, rule }) => (rule ? [] : [raw])),
    last: changeSchema.safeParse(body.data.last).data ?? null,
  };
}

/** The document after a change. */
export function rulesDocument(
  { revision, unreadable }: Pick<RulesDocument, 'revision' | 'unreadable'>,
  rules: readonly Rule[],
  last: RuleChange,
): DocumentToPut {
  const body = { v: 1, rules: [...rules, ...unreadable], last };
  return { kind: rulesKind, id: rulesId, revision, atMs: last.atMs, keys: [], expiresAtMs: null, body };
}

/** Copies a change that was made to a document of its own, before the next one takes its place. A repetition does nothing. */
export async function keepChange(documents: DocumentStore, change: RuleChange, signal: AbortSignal): Promise<void> {
  const { atMs, number } = change;
  const expiresAtMs = atMs + auditLongestMs;
  await documents
    .put({ kind: changeKind, id: String(number), revision: 0, atMs, keys: [], expiresAtMs, body: change }, signal)
    .catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
}

/** The changes that have documents of their own, newest first. */
export async function keptChanges(documents: DocumentStore, limit: number, signal: AbortSignal): Promise<RuleChange[]> {
  const found = await documents.find({ kind: changeKind, order: 'newest', limit }, signal);
  return found.flatMap(({ body }) => changeSchema.safeParse(body).data ?? []);
}
