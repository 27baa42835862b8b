import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import type { JobKind } from '@watchpost/shared/jobs/job-kinds';
import type { Place, Subject } from '@watchpost/privacy/receipts/place';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { createNotes } from '../interaction/press/notes.ts';
import { forgetInNotices, type ForgetDeps } from '../notice/forget-in-notices.ts';
import { noticesNaming } from '../notice/notice.ts';
import { namesIn } from './names-in.ts';
import type { UseAdmin } from './shared-admin.ts';
import { stringsIn } from './strings-in.ts';

/** Digests and messages that name somebody. */
export function noticesPlace(deps: ForgetDeps): Place {
  return {
    what: ['digests and messages'],
    count: async ({ personIds }, signal) => {
      let notices = 0;
      for (const id of personIds) notices += (await noticesNaming(deps.documents, id, signal)).length;
      return { 'digests and messages': notices };
    },
    erase: ({ personIds }, signal) => forgetInNotices(personIds, deps, signal),
    waitsFor: 'digests are made again one after another, as the platform allows',
  };
}

/** Who waits for somebody. */
export function subscriptionsPlace(documents: DocumentStore): Place {
  const subscriptions = createSubscriptions(documents);
  return {
    what: ['subscriptions'],
    count: async ({ personIds }, signal) => {
      let found = 0;
      for await (const { body } of eachDocument(documents, { kind: 'subscriptions' }, 200, signal)) {
        const text = JSON.stringify(body);
        found += personIds.filter((id) => text.includes(JSON.stringify(id))).length;
      }
      return { subscriptions: found };
    },
    erase: async ({ personIds }, signal) => {
      for (const id of personIds) await subscriptions.forget(id, signal);
    },
    waitsFor: 'a member changes their subscriptions at this moment',
  };
}

/** What was typed and said below posts. It is looked for by name. */
export function clicksPlace(documents: DocumentStore): Place {
  const notes = createNotes(documents);
  return {
    what: ['clicks'],
    byName: true,
    count: async ({ names }, signal) => ({ clicks: await notes.naming(names, signal) }),
    erase: ({ names }, signal) => notes.forgetNames(names, signal),
    waitsFor: 'it is erased with the next look',
  };
}

/** Only these hold in clear what somebody typed. */
const kinds: readonly JobKind[] = ['interaction'];

/** Jobs in the queue with what somebody typed. They are looked for by name and id. */
export function jobsPlace(useAdmin: UseAdmin): Place {
  const where =
    ({ names, personIds }: Subject) =>
    (data: unknown): boolean =>
      typedIn(data).some((text) => personIds.includes(text) || namesIn(text, names));
  return {
    what: ['jobs'],
    byName: true,
    count: async (subject) => useAdmin(async (admin) => ({ jobs: (await admin.find({ kinds, where: where(subject) })).length })),
    erase: (subject) =>
      useAdmin(async (admin) => {
        const ids = await admin.find({ kinds, where: where(subject) });
        if (ids.length > 0) await admin.drop({ kinds, ids });
      }),
    waitsFor: 'a worker is running the job',
  };
}

/** What somebody typed or chose: of the deed, not of who did it. */
const typedIn = (data: unknown): string[] => (typeof data === 'object' && data !== null && 'deed' in data ? stringsIn(data.deed) : []);
