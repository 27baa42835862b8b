import type { ChannelKey } from '@watchpost/shared/chat/chat';

/** What is done with a visit of such persons: `now`: a post. `digest`: the daily post mentions it. `never`: nothing. */
export const policies = ['now', 'digest', 'never'] as const;
export type Policy = (typeof policies)[number];

/** A stretch of every day in the file's time zone, minutes since midnight; `to` before `from` passes midnight. */
export interface DailyHours {
  fromMinute: number;
  toMinute: number;
}

/** A point of a mask: 0..1 of the picture's width and height. */
export type MaskPoint = readonly [x: number, y: number];

/** How one camera is treated. */
export interface CameraSettings {
  /** At most one stranger in so many is given a name of the gallery; null: as `STRANGERS_NAMED_ONE_IN` says. */
  strangersNamedOneIn: number | null;
  /** Smaller faces are left out, pixels; null: what can be seen. */
  smallestFacePx: number | null;
  /** Polygons; a face whose middle lies in one is left out. */
  masks: readonly (readonly MaskPoint[])[];
  /** A visit ends when nothing was seen for so long, milliseconds. */
  visitWindowMs: number;
  /** A visit lasts no longer, milliseconds. */
  visitLongestMs: number;
  /** After a visit's end its persons are not reported again at this camera for so long, milliseconds. */
  cooldownMs: number;
  policy: { named: Policy; unknown: Policy; ignored: Policy };
  /** Then `now` becomes `digest`; null: never. */
  quietHours: DailyHours | null;
}

export const defaultCameraSettings: CameraSettings = {
  strangersNamedOneIn: null,
  smallestFacePx: null,
  masks: [],
  visitWindowMs: 90_000,
  visitLongestMs: 600_000,
  cooldownMs: 300_000,
  policy: { named: 'now', unknown: 'now', ignored: 'never' },
  quietHours: null,
};

/** The settings of all cameras, as the file says at this moment. */
export interface Cameras {
  settingsOf(channel: ChannelKey, camera: string | null): CameraSettings;
  /** The camera of a file that no caption names: by the channel, or by the file's name; null: not known. */
  nameOf(channel: ChannelKey, fileName: string | null): string | null;
  /** Of the digest and all hours: `Europe/Berlin`. */
  timeZone(): string;
  /** When the daily digest is posted, minutes since midnight; null: never. */
  digestAtMinute(): number | null;
  close(): void;
}
