import { moment, plain, say, sectionsOf } from '@watchpost/shared/chat/say';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { LastSeen } from '@watchpost/gallery/domain';

/** Where a person was seen last. */
export const seenAt = ({ atMs, camera, channel }: LastSeen): RichText => say`${moment(atMs)} at ${placeOf({ camera, channel })}`;

/** A camera; where it is not known, its channel. */
export function placeOf({ camera, channel }: { camera: string | null; channel: string }): string {
  return camera ?? channel.slice(channel.indexOf(':') + 1);
}

/** An answer of a heading and lines, in as few sections as hold them. */
export function answerOf(heading: RichText, lines: readonly RichText[], footer: RichText = []): Post {
  const sections = sectionsOf(heading.length === 0 ? lines : [heading, ...lines]);
  return { summary: plain(heading), picture: null, sections, footer };
}
