import { isDeepStrictEqual } from 'node:util';
import type { Written } from '@watchpost/shared/chat/written';
import type { Editorial, Entry, Published, Version } from '../entry.ts';
import type { Feed } from '../feed.ts';
import { writtenOf } from '../render/plain.ts';
import { hashOf } from './hash.ts';
import { picturesOf, wantedFiles } from './pictures.ts';
import { type Chosen, chooseVersion } from './publish.ts';
import { withoutRemoved } from './removed-pictures.ts';
import { bounded, isWithheld, stillNeeded } from './versions.ts';

/** Seals what must wait. `context` says which version of which entry it is. */
export interface Keep {
  seal(written: Written, context: string): string;
  /** Throws `envelope-unreadable`. */
  open(sealed: string, context: string): Written;
}

/** The context that a version of an entry is sealed for. */
export const sealedFor = (entryId: string, atUs: number): string => `${entryId} ${String(atUs)}`;

/**
 * Decides what is published of an entry, and seals what waits. `before`: the entry as it is kept; `merged`: with what is new about it.
 * `fresh`: what its new version says.
 */
export function settle(before: Entry | null, merged: Entry, feed: Feed, keep: Keep, fresh: Written | null = null): Entry {
  const settled = merged.deletedAtUs === null ? settleVersions(before, merged, feed, keep, fresh) : tombstone(merged);
  const pictures = picturesOf(feed.pictures ? (settled.published?.written ?? null) : null, merged.pictures);
  const entry = { ...settled, pictures };
  const handsOff = feed.pictures !== null || pictures.length > 0;
  const isWanted = handsOff && !isDeepStrictEqual(before ? wantedFiles(before) : [], wantedFiles(entry));
  return {
    ...entry,
    picturesWanted: entry.picturesWanted + (isWanted ? 1 : 0),
    changes: (before?.changes ?? 0) + (isVisibleChange(before, entry) ? 1 : 0),
  };
}

/** What stays of a deleted message until its time is over: that there was one. */
function tombstone(entry: Entry): Entry {
  return { ...entry, author: null, versions: [], marks: [], marksFromUs: 0, editorial: null, published: null };
}

function settleVersions(before: Entry | null, merged: Entry, feed: Feed, keep: Keep, fresh: Written | null): Entry {
  const { id, editorial } = merged;
  const said = saidIn(before, fresh);
  const contentOf = ({ hash, atUs, sealed }: Version): Written | null => {
    if (hash === said.freshHash) return fresh;
    if (sealed !== null) return keep.open(sealed, sealedFor(id, atUs));
    return hash === said.shown?.hash ? said.shown.written : null;
  };
  const isKept = ({ hash, sealed }: Version): boolean => sealed !== null || hash === said.freshHash || hash === said.shown?.hash;

  const needed = stillNeeded(merged.versions, feed).filter((each) => isWithheld(each) || isKept(each));
  const chosen = chooseVersion({ ...merged, versions: needed }, feed);
  const shown = chosen && editorial?.isHidden !== true ? chosen : null;
  const removed = feed.source === 'messages' ? withoutRemoved(needed, contentOf) : new Map<Version, Written>();
  const written = shown && (removed.get(shown.version) ?? contentOf(shown.version));
  const published = shown && written && publishedOf(shown, written, editorial);

  const sealedOf = (version: Version): string | null => {
    if (isWithheld(version) || (version === shown?.version && editorial?.text == null)) return null;
    const less = removed.get(version);
    if (version.sealed !== null && !less) return version.sealed;
    const content = less ?? contentOf(version);
    return content && keep.seal(content, sealedFor(id, version.atUs));
  };
  const versions = bounded(needed, chosen?.version ?? null).map((version) => ({ ...version, sealed: sealedOf(version) }));
  return { ...merged, versions, published };
}

/** What is known of what was said, beside what is sealed. Of two versions that say the same each has its own pictures: they may have been removed from one. */
function saidIn(before: Entry | null, fresh: Written | null): { freshHash: string | null; shown: Published | null } {
  return { freshHash: fresh && hashOf(fresh), shown: before?.published && before.editorial?.text == null ? before.published : null };
}

/** An editor's text stands in place of the message's; its pictures stay. */
function publishedOf({ version, isApproved }: Chosen, written: Written, editorial: Editorial | null): Published {
  const { atUs, hash, isEdited } = version;
  return {
    atUs,
    hash,
    isEdited,
    isApproved,
    written: editorial?.text == null ? written : { ...written, blocks: writtenOf(editorial.text).blocks },
  };
}

/** Whether readers see anything else than before. What was never published has no such change: by that followers know that it is not even to be named. */
export function isVisibleChange(before: Entry | null, after: Entry): boolean {
  if (!before?.published && !after.published) return false;
  return before === null || !isDeepStrictEqual(shownOf(before), shownOf(after));
}

function shownOf({ published, pictures, ...entry }: Entry): object {
  const { thread, isBroadcast, author, postedAtMs, deletedAtUs, editorial } = entry;
  const wanted = new Set(wantedFiles({ published }));
  return {
    thread,
    isBroadcast,
    postedAtMs,
    author,
    isDeleted: deletedAtUs !== null,
    // A version that says the same is nothing new.
    published: published && { ...published, atUs: 0 },
    text: editorial?.text ?? null,
    pictures: pictures
      .filter(({ fileId }) => wanted.has(fileId))
      .map(({ state, url, widthPx, heightPx, altText, mimeType, sizeBytes }) => ({
        state,
        url,
        widthPx,
        heightPx,
        altText,
        mimeType,
        sizeBytes,
      })),
  };
}
