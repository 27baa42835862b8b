import type { Holdings } from '@watchpost/gallery/holdings';
import type { PrivacySettings } from '@watchpost/privacy/config';
import { consentPlace } from '@watchpost/privacy/consent/consents';
import { galleryPlace } from '@watchpost/privacy/receipts/gallery-place';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { Place } from '@watchpost/privacy/receipts/place';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import type { Visits } from '@watchpost/visits/visits';
import type { ForgetDeps } from '../notice/forget-in-notices.ts';
import { boardsPlace, type BoardsDeps } from './boards-place.ts';
import { dialogsPlace } from './dialogs-place.ts';
import { clicksPlace, jobsPlace, noticesPlace, subscriptionsPlace } from './places.ts';
import { postsPlace } from './posts-place.ts';
import type { UseAdmin } from './shared-admin.ts';

export interface PlacesOptions extends ForgetDeps, BoardsDeps {
  holdings: Holdings;
  visits: Visits;
  useAdmin: UseAdmin;
  settings: Pick<PrivacySettings, 'forgetPosts'>;
}

/** Everywhere where something of a person may be. */
export function privacyPlaces(options: PlacesOptions): Place[] {
  const { documents, holdings, visits, sender, sendTimeoutMs, settings } = options;
  const sayAgain: Parameters<typeof visitsPlace>[0]['sayAgain'] = ({ id, revision }) =>
    sender.send({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }, { timeoutMs: sendTimeoutMs });
  const knownPosts = createKnownPosts(documents);
  return [
    jobsPlace(options.useAdmin),
    clicksPlace(documents),
    galleryPlace(holdings),
    consentPlace(documents),
    subscriptionsPlace(documents),
    noticesPlace(options),
    visitsPlace({ visits, knownPosts, sayAgain, documents }),
    dialogsPlace(documents),
    boardsPlace(options),
    postsPlace({ ...options, knownPosts, forgetPosts: settings.forgetPosts }),
  ];
}
