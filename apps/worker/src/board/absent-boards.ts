import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { entryIdOf } from '@watchpost/feeds/entry';
import type { Feeds } from '@watchpost/feeds/feed';
import { removeEntry } from '@watchpost/feeds/store/entries';
import type { Visit } from '@watchpost/visits/visit';
import { z } from 'zod';
import { lookSoon } from '../handoff/deliveries.ts';

export interface AbsentBoardsDeps {
  documents: DocumentStore;
  feeds: Pick<Feeds, 'all' | 'get'>;
}

/** Of the one document with the slugs of all boards that ever were in the file. */
const [kind, id] = ['cursor', 'boards'];
const bodySchema = z.object({ slugs: z.array(z.string()) });

async function knownSlugs({ documents }: Pick<AbsentBoardsDeps, 'documents'>, signal: AbortSignal) {
  const { document } = await documents.get(kind, id, signal);
  return { revision: document?.revision ?? 0, slugs: bodySchema.safeParse(document?.body).data?.slugs ?? [] };
}

/** Remembers which boards there are, for when one is not in the file any more. */
export async function noteBoards({ documents, feeds }: AbsentBoardsDeps, nowMs: number, signal: AbortSignal): Promise<void> {
  const boards = feeds.all().filter(({ source }) => source === 'visits');
  if (boards.length === 0) return;
  await untilNoConflict(async () => {
    const { revision, slugs } = await knownSlugs({ documents }, signal);
    const all = [...new Set([...slugs, ...boards.map(({ slug }) => slug)])];
    if (all.length === slugs.length) return;
    await documents.put({ kind, id, revision, atMs: nowMs, keys: [], expiresAtMs: null, body: { slugs: all } }, signal);
  }, signal);
}

/** The boards that were in the file and are not now. */
export const absentSlugs = async (deps: AbsentBoardsDeps, signal: AbortSignal): Promise<string[]> =>
  (await knownSlugs(deps, signal)).slugs.filter((slug) => deps.feeds.get(slug)?.source !== 'visits');

/** Whether a board was in the file that is not now. */
export const hasAbsent = async (deps: AbsentBoardsDeps, signal: AbortSignal): Promise<boolean> =>
  (await absentSlugs(deps, signal)).length > 0;

/** Removes what boards that are not in the file have of a visit, and its pictures from where they were brought. */
export async function forgetOnAbsent({ post }: Pick<Visit, 'post'>, deps: AbsentBoardsDeps, signal: AbortSignal): Promise<void> {
  const messageId = post?.progress?.messageId ?? null;
  if (!post || messageId === null) return;
  const { documents } = deps;
  for (const slug of await absentSlugs(deps, signal)) await removeEntry(documents, entryIdOf(slug, messageId), signal);
  await lookSoon(documents, { channel: post.channel, messageId }, signal);
}
