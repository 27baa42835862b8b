import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { Holdings } from '@watchpost/gallery/holdings';
import type { AuditStore } from '@watchpost/gallery/store';
import { z } from 'zod';
import { receiptKind, receiptOf, saveReceipt } from './stored-receipt.ts';

export interface WishesDeps {
  documents: DocumentStore;
  audit: AuditStore;
  holdings: Pick<Holdings, 'namesOf'>;
  gallery: Pick<Gallery, 'position' | 'isReady'>;
  /** Whether somebody who is known is called that: what is found by this name may be theirs. */
  isTaken: (name: string) => boolean;
  /** How long receipts are kept, milliseconds. */
  keepMs: number;
}

const [kind, id] = ['cursor', 'receipts'];
/** Up to where the audit has been read: each wish before has its receipt. Of one history; a restored gallery has another. */
const cursorSchema = z.object({ epoch: z.string(), version: z.number() });
/** Changes read at once. */
const pageSize = 500;
const namesPage = 50;

/**
 * Gives each wish to be forgotten its receipt, however many changes followed it. The audit is read upward from where it was read before, and
 * what was read is noted after the receipts are written: whoever is killed in between does it again. Does nothing before the gallery is loaded.
 */
export async function beginReceipts(deps: WishesDeps, signal: AbortSignal): Promise<void> {
  const { documents, audit, gallery } = deps;
  if (!gallery.isReady()) return;
  const { epoch } = gallery.position();
  const { document, nowMs } = await documents.get(kind, id, signal);
  const stored = cursorSchema.safeParse(document?.body).data;
  let revision = document?.revision ?? 0;
  let version = stored?.epoch === epoch ? stored.version : 0;
  for (;;) {
    const page = await audit.concerned(version, pageSize, signal);
    const last = page.at(-1);
    if (!last) return;
    await begin(
      page.flatMap((change) => (change.action === 'forget' ? change.id : [])),
      deps,
      signal,
    );
    ({ version } = last);
    try {
      const body = { epoch, version };
      ({ revision } = await documents.put({ kind, id, revision, atMs: nowMs, keys: [], expiresAtMs: null, body }, signal));
    } catch (error) {
      // Another worker reads on from here.
      if (isConflict(error)) return;
      throw error;
    }
    if (page.length < pageSize) return;
  }
}

async function begin(ids: readonly string[], deps: WishesDeps, signal: AbortSignal): Promise<void> {
  const { documents, audit, keepMs } = deps;
  if (ids.length === 0) return;
  const known = new Set((await documents.getAll(receiptKind, ids, signal)).map((each) => each.id));
  for (const wish of ids.filter((each) => !known.has(each))) {
    const [entry] = await audit.find(wish, signal);
    const receipt = entry && receiptOf(entry);
    if (!receipt) continue;
    const names = await namesOf(receipt.personIds, deps, signal);
    await saveReceipt(documents, { ...receipt, names, revision: 0 }, keepMs, signal).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }
}

/** What they are called, and what they were called before, unless somebody else is called that now. */
async function namesOf(personIds: readonly string[], { audit, holdings, isTaken }: WishesDeps, signal: AbortSignal): Promise<string[]> {
  const names = new Set(await holdings.namesOf(personIds, signal));
  const former = new Set<string>();
  for (let below = Number.MAX_SAFE_INTEGER; ;) {
    const page = await audit.newest(namesPage, { below, persons: personIds }, signal);
    for (const name of page.flatMap((entry) => formerNames(entry, personIds))) former.add(name);
    const last = page.at(-1);
    if (!last || page.length < namesPage) break;
    below = last.version;
  }
  for (const name of former) if (!isTaken(name)) names.add(name);
  return [...names];
}

const formerNames = ({ inverse }: AuditEntry, personIds: readonly string[]): string[] =>
  (inverse?.persons ?? [])
    .filter((person) => personIds.includes(person.id))
    .flatMap(({ set }) => [...(set.name === undefined ? [] : [set.name]), ...(set.aliases ?? [])]);

/** The wishes that no worker has seen yet, as their audit entries. */
export async function unseenWishes(
  { documents, audit }: Pick<WishesDeps, 'documents' | 'audit'>,
  signal: AbortSignal,
): Promise<AuditEntry[]> {
  const { document } = await documents.get(kind, id, signal);
  const wishes: AuditEntry[] = [];
  for (let version = cursorSchema.safeParse(document?.body).data?.version ?? 0; ;) {
    const page = await audit.concerned(version, pageSize, signal);
    for (const { id: wish, action } of page) if (action === 'forget') wishes.push(...(await audit.find(wish, signal)));
    const last = page.at(-1);
    if (!last || page.length < pageSize) return wishes;
    ({ version } = last);
  }
}
