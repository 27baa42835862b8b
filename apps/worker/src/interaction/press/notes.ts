import { createHash } from 'node:crypto';
import { z } from 'zod';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { namesIn } from '../../privacy/names-in.ts';

const faceSchema = { snapshotId: z.string(), position: z.number().int() };

/** One operation of the gallery. */
const stepSchema = z.discriminatedUnion('do', [
  /** The face is this person: one with an id, or a new one of this name; neither: the one that an earlier step of the same deed created. */
  z.object({ do: z.literal('this-is'), ...faceSchema, person: z.string().nullable(), name: z.string().nullable() }),
  /** The face is not this person. */
  z.object({ do: z.literal('deny'), ...faceSchema, person: z.string() }),
  z.object({ do: z.literal('distinguish'), person: z.string(), other: z.string() }),
  z.object({ do: z.enum(['ignore', 'unignore']), person: z.string() }),
  z.object({ do: z.literal('dismiss'), ...faceSchema }),
]);
export type Step = z.infer<typeof stepSchema>;

const notesSchema = z.object({
  v: z.literal(1),
  /** `told`: whoever asked knows. */
  state: z.enum(['doing', 'done', 'told']),
  visit: z.string(),
  number: z.number().int().nullable(),
  /** An actor's id. */
  by: z.string(),
  /** By the database's clock, as the audit's times. */
  startedAtMs: z.number(),
  steps: z.array(stepSchema),
  /** How many of the steps were done. */
  next: z.number().int(),
  /** The audit entries of those that changed something. */
  entries: z.array(z.string()),
  /** Whom a `this-is` with a name created. */
  created: z.string().nullable(),
  /** What the post goes on saying: "2 is not Ada". */
  said: z.object({ number: z.number().int(), notPerson: z.string() }).nullable(),
  /** `2 is Ada`. */
  summary: z.string(),
  undone: z.boolean(),
});

/** What one press is about to change, and how far it got: a retry continues there, and whoever undoes it finds all of it. */
export type Notes = z.infer<typeof notesSchema>;

/** Notes with the revision that they were read at; 0: never written. */
export interface KeptNotes {
  id: string;
  revision: number;
  notes: Notes;
}

/** Changes can be undone for ten minutes, and a job may be delivered again for a day. Milliseconds. */
const keepMs = 26 * 3_600_000;
const kind = 'deed';
/** Notes read at once. */
const notesPage = 200;

/** The notes of presses. */
export interface NotesOfDeeds {
  /** The notes of a job; null: it has not begun. */
  ofJob(jobId: string, signal: AbortSignal): Promise<KeptNotes | null>;
  /** Resolves to the notes of an earlier attempt if there are some. */
  begin(jobId: string, notes: Omit<Notes, 'startedAtMs'>, signal: AbortSignal): Promise<KeptNotes>;
  save(kept: KeptNotes, signal: AbortSignal): Promise<KeptNotes>;
  /** Of the deed with this audit entry; null: none has it, or it is too old. */
  ofEntry(entry: string, signal: AbortSignal): Promise<KeptNotes | null>;
  /** What was done below a visit's post says no more who somebody was who is forgotten. */
  forget(visit: string, personId: string, signal: AbortSignal): Promise<void>;
  /** How many notes tell of a deed with one of these names. */
  naming(names: readonly string[], signal: AbortSignal): Promise<number>;
  /** They tell no more what was typed or said with one of these names. */
  forgetNames(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** The newest change of this number of a visit that is done and was not undone; null: none. */
  lastOf(visit: string, number: number, signal: AbortSignal): Promise<Notes | null>;
}

export function createNotes(documents: DocumentStore): NotesOfDeeds {
  const read = (document: StoredDocument | null | undefined): KeptNotes | null => {
    const parsed = notesSchema.safeParse(document?.body);
    return document && parsed.success ? { id: document.id, revision: document.revision, notes: parsed.data } : null;
  };
  const save = async ({ id, revision, notes }: KeptNotes, signal: AbortSignal): Promise<KeptNotes> => {
    const stored = await documents.put(
      {
        kind,
        id,
        revision,
        atMs: notes.startedAtMs,
        keys: [`visit:${notes.visit}`, ...notes.entries.slice(-1).map((entry) => `entry:${entry}`)],
        expiresAtMs: notes.startedAtMs + keepMs,
        body: notes,
      },
      signal,
    );
    return { id, revision: stored.revision, notes };
  };
  /** Those that are done: a press that is being carried out needs its name. */
  const allNaming = async (names: readonly string[], signal: AbortSignal): Promise<KeptNotes[]> => {
    if (names.length === 0) return [];
    const found: KeptNotes[] = [];
    for await (const document of eachDocument(documents, { kind }, notesPage, signal)) {
      const kept = read(document);
      if (kept && kept.notes.state !== 'doing' && tellsOf(kept.notes, names)) found.push(kept);
    }
    return found;
  };
  return {
    ofJob: async (jobId, signal) => read((await documents.get(kind, notesId(jobId), signal)).document),
    begin: async (jobId, notes, signal) => {
      const id = notesId(jobId);
      const { document, nowMs } = await documents.get(kind, id, signal);
      return read(document) ?? save({ id, revision: document?.revision ?? 0, notes: { ...notes, startedAtMs: nowMs } }, signal);
    },
    save,
    forget: async (visit, personId, signal) => {
      for (const document of await documents.find({ kind, key: `visit:${visit}`, order: 'newest', limit: 50 }, signal)) {
        const kept = read(document);
        if (!kept || kept.notes.state === 'doing' || !concerns(kept.notes, personId)) continue;
        const steps = kept.notes.steps.map((step) => (step.do === 'this-is' ? { ...step, name: null } : step));
        await save({ ...kept, notes: { ...kept.notes, steps, summary: '' } }, signal);
      }
    },
    naming: async (names, signal) => (await allNaming(names, signal)).length,
    forgetNames: async (names, signal) => {
      for (const kept of await allNaming(names, signal)) {
        const steps = kept.notes.steps.map((step) => (step.do === 'this-is' ? { ...step, name: null } : step));
        await save({ ...kept, notes: { ...kept.notes, steps, summary: '' } }, signal);
      }
    },
    ofEntry: async (entry, signal) => read((await documents.find({ kind, key: `entry:${entry}`, order: 'newest', limit: 1 }, signal))[0]),
    lastOf: async (visit, number, signal) => {
      const found = await documents.find({ kind, key: `visit:${visit}`, order: 'newest', limit: 50 }, signal);
      const standing = found.flatMap((each) => read(each)?.notes ?? []).filter(({ state, undone }) => state !== 'doing' && !undone);
      return standing.find((notes) => notes.number === number) ?? null;
    },
  };
}

function concerns({ created, said, steps }: Notes, personId: string): boolean {
  const isOf = (step: Step): boolean => ('person' in step && step.person === personId) || ('other' in step && step.other === personId);
  return created === personId || said?.notPerson === personId || steps.some(isOf);
}

const tellsOf = ({ steps, summary }: Notes, names: readonly string[]): boolean =>
  namesIn([summary, ...steps.map((step) => ('name' in step ? (step.name ?? '') : ''))].join('\n'), names);

/** A job's id may be longer than a document's. */
const notesId = (jobId: string): string => createHash('sha256').update(jobId).digest('hex').slice(0, 32);
