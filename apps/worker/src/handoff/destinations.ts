import { createDestination, type DestinationOptions } from '@watchpost/handoff/create-destination';
import type { Destination } from '@watchpost/handoff/destination';
import type { DestinationSettings } from '@watchpost/shared/destination-settings';
import type { DeliveredPicture } from './deliveries.ts';

export interface DestinationDeps {
  keptPictures: DestinationOptions['kept'];
  /** Default: those of packages/handoff. */
  createDestination?: (settings: DestinationSettings, options: DestinationOptions) => Destination;
}

/** Where a picture is, or is brought to. */
export function destinationOf(
  { destination, feed }: Pick<DeliveredPicture, 'destination' | 'feed'>,
  expiresAtMs: number | null,
  { keptPictures, createDestination: create = createDestination }: DestinationDeps,
): Destination {
  return create(destination, { slug: feed, kept: keptPictures, expiresAtMs });
}
