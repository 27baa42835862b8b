import type { DestinationSettings } from '@watchpost/shared/destination-settings';

/** The settings of one kind of destination. */
export type SettingsOf<K extends DestinationSettings['kind']> = Extract<DestinationSettings, { kind: K }>;

/** How a destination is waited for; null: what is written is there. */
export function waitOf({ wait }: Pick<SettingsOf<'s3'>, 'wait'>): { everyMs: number; times: number } | null {
  return wait ? { everyMs: wait.everySeconds * 1_000, times: wait.times } : null;
}
