import { toAppError } from '@watchpost/shared/errors';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import type { StoredItem } from '@watchpost/schedule/store/collections';
import { mostTags, tagOf } from '@watchpost/talk/quote';
import type { Fields } from '@watchpost/schedule/template';
import type { Scheduling } from './scheduling-parts.ts';

/** More are told of the next time. */
const mostUntold = 200;

/** Who tells of a job's new items. */
const tellers = ['post', 'mail', 'quotes'] as const;
export type Teller = (typeof tellers)[number];

const nameOf = (teller: Teller, { name }: Pick<ScheduledTask, 'name'>): string => `${teller}:${name}`;

/** Who is to tell of new items of this job. */
function tellersOf(task: ScheduledTask): Teller[] {
  const { store, post, mail } = task;
  if (!store) return [];
  const isTold = { post: isOfNew(post), mail: isOfNew(mail), quotes: store.into === 'quotes' };
  return tellers.filter((teller) => isTold[teller]);
}

/** Whether it tells of new items: what tells of stored ones does, unless it says otherwise. */
export const isOfNew = (telling: { when?: 'new' | 'always' | undefined; item?: string | undefined } | undefined): boolean =>
  telling !== undefined && (telling.when ?? 'new') === 'new';

/** Stores what was found. Resolves to what each is to tell of, the newest first: what is new, and what former runs were stopped before telling. */
export async function storeItems(
  task: ScheduledTask,
  items: readonly Fields[],
  { collections, now }: Pick<Scheduling, 'collections' | 'now'>,
  signal: AbortSignal,
): Promise<Record<string, string[]>> {
  if (!task.store) return {};
  const wanted = tellersOf(task);
  const settings = task.numbers ? { ...task.store, key: task.store.key ?? ['at'] } : task.store;
  await collections.store(items, { settings, tellers: wanted.map((teller) => nameOf(teller, task)), atMs: now() }, signal);
  const telling: Record<string, string[]> = {};
  for (const teller of wanted) telling[teller] = (await collections.untold(nameOf(teller, task), mostUntold, signal)).map(({ id }) => id);
  return telling;
}

/** What one is to tell of, the oldest first. */
export async function itemsOf(
  ids: readonly string[] | undefined,
  { collections }: Pick<Scheduling, 'collections'>,
  signal: AbortSignal,
): Promise<StoredItem[]> {
  return ids === undefined || ids.length === 0 ? [] : collections.get(ids, signal);
}

/** It has been told. */
export async function told(
  teller: Teller,
  task: ScheduledTask,
  ids: readonly string[],
  { collections }: Pick<Scheduling, 'collections'>,
  signal: AbortSignal,
): Promise<void> {
  await collections.told(nameOf(teller, task), ids, signal);
}

const textOf = (value: Fields[string] | undefined): string | null => (value === undefined || value === null ? null : String(value));

/** Longer ones are cut, as those are that people write. Characters. */
const mostInLine = 2_000;
const lineOf = (value: Fields[string] | undefined): string | null => textOf(value)?.slice(0, mostInLine) ?? null;

/** Words that are no tag are left out: a page may say anything. */
const tagsOf = (value: Fields[string] | undefined): string[] =>
  (textOf(value) ?? '')
    .split(/[\s,]+/)
    .flatMap((word) => tagOf(word) ?? [])
    .slice(0, mostTags);

/** Brings new items to the quotes that people ask for. What is no quote is passed over: else it would stop each run to come. */
export async function bringQuotes(
  task: ScheduledTask,
  ids: readonly string[] | undefined,
  parts: Pick<Scheduling, 'collections' | 'addQuote'>,
  signal: AbortSignal,
): Promise<void> {
  for (const { id, fields } of await itemsOf(ids, parts, signal)) {
    const text = textOf(fields['text']) ?? textOf(fields['title']);
    const quote = {
      author: lineOf(fields['author']),
      source: lineOf(fields['source']) ?? lineOf(fields['link']),
      tags: tagsOf(fields['tags']),
    };
    if (text !== null) await parts.addQuote({ text, ...quote }, signal).catch(unlessInvalid);
    await told('quotes', task, [id], parts, signal);
  }
}

function unlessInvalid(thrown: unknown): void {
  if (toAppError(thrown).code !== 'quote-invalid') throw thrown;
}
