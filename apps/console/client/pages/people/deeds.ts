import type { Done } from '../../../src/api/people/schema.ts';
import { api, ApiError, withParams } from '../../kit/api.ts';
import { invalidate } from '../../kit/cache.ts';
import { dismissUndo, toast } from '../../kit/toast.tsx';

/** What was changed together, the first first: taken back together. */
export interface Deed {
  summary: string;
  entries: readonly string[];
  /** Of the last change. */
  personId: string | null;
}

/** A change that the API makes: `people/ID/name` with its body. */
export interface Step {
  path: string;
  body?: object;
}

/** Where it stands what became of a wish to be forgotten, by the entry of the log. */
export const receiptAddress = (entry: string): string => withParams('/system', { tab: 'receipts', receipt: entry });
export const faceAddress = (face: string | null): string | null => (face === null ? null : `/api/faces/${encodeURIComponent(face)}/crop`);
export const changePerson = (id: string, path: string, body: object = {}): Step => ({
  path: `people/${encodeURIComponent(id)}/${path}`,
  body,
});

const shown = ['/api/people', '/api/unknowns', '/api/unsure-faces', '/api/counts', '/api/receipts'];

/** Makes changes one after the other. What was made when a later one fails is taken back. Rejects with an `ApiError`. */
export async function make(steps: readonly Step[]): Promise<Deed> {
  const done: Done[] = [];
  try {
    for (const { path, body } of steps) done.push(await api.post<Done>(`/api/${path}`, body));
  } catch (error) {
    await takeBack(done.map(({ entry }) => entry)).catch(() => undefined);
    throw error;
  }
  invalidate(...shown);
  const last = done.at(-1);
  const more = done.length > 1 ? ` (${String(done.length)} changes)` : '';
  return { summary: `${last?.summary ?? ''}${more}`, entries: done.map(({ entry }) => entry), personId: last?.personId ?? null };
}

/** Undoes changes, the newest first. */
export async function takeBack(entries: readonly string[]): Promise<void> {
  for (const entry of entries.toReversed()) await api.post(`/api/changes/${encodeURIComponent(entry)}/undo`);
  dismissUndo(entries);
  invalidate(...shown);
}

/** Makes changes and says so, with a button that takes them back; or says why not. Resolves to null then. */
export async function makeAndTell(steps: readonly Step[], after: () => void = () => undefined): Promise<Deed | null> {
  try {
    const deed = await make(steps);
    after();
    const [first] = deed.entries;
    const isForgotten = steps.every(({ path }) => path.endsWith('/forget'));
    toast(deed.summary, {
      undoes: deed.entries,
      link: isForgotten && first ? { href: receiptAddress(first), label: 'Receipt' } : null,
      undo: async () => {
        await takeBack(deed.entries).catch(tellFault);
        after();
      },
    });
    return deed;
  } catch (error) {
    tellFault(error);
    after();
    return null;
  }
}

export function tellFault(error: unknown): void {
  toast(error instanceof ApiError ? error.message : String(error), { tone: 'danger' });
}
