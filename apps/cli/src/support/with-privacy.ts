import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openPrivacy, type Privacy } from '@watchpost/privacy/open-privacy';
import { readRetention } from '@watchpost/privacy/retention/settings';
import type { CommandContext } from '../command.ts';
import { withPeople } from './open-gallery.ts';

/** Opens the gallery for a command about people's data, with the settings of the environment. */
export function withPrivacy<T>(
  context: Pick<CommandContext, 'env' | 'signal'>,
  use: (privacy: Privacy, opened: OpenedGallery) => Promise<T>,
): Promise<T> {
  const settings = readRetention(context.env);
  return withPeople(context, (opened) => use(openPrivacy(opened, settings), opened));
}

/** `2026-11-23 00:42 UTC`. */
export const momentOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
