import { mayBeQuoted } from '@watchpost/shared/config/parse-env';
import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import { cut, withoutInvisible } from '@watchpost/shared/text';
import { z } from 'zod';

/**
 * "Motion detected at Front door", "Person at Garage at 14:02": what follows " at " up to the end of the line, without a trailing time.
 * A time is not a name ("Motion at 14:02"). Every repetition is bounded, so no text makes matching slow.
 */
export const defaultCaptionPattern =
  /(?:^|\s)at\s+(?!\d{1,2}[:.]\d|\d{4})(\S[^\n]{0,79}?)(?:\s{1,5}(?:at|on)\s{1,5}\d[^\n]{0,40})?[\s.!,;:]{0,5}$/im;

/** Captions are truncated before matching, because an operator's own pattern may be slow. */
const longestCaption = { characters: 500, units: 1_000 };

/** The operator's pattern, case-insensitive; null unless it is a regular expression with exactly one group. */
export function compileCaptionPattern(source: string): RegExp | null {
  try {
    // An empty alternative always matches, and its result has one entry for each group.
    const groups = (new RegExp(`${source}|`).exec('')?.length ?? 0) - 1;
    return groups === 1 ? new RegExp(source, 'im') : null;
  } catch {
    return null;
  }
}

/**
 * The camera that a caption names, the pattern's group; else null. `plainText`: takes a platform's markup off. Pure.
 */
export function nameInCaption(caption: string, pattern: RegExp, plainText: (text: string) => string): string | null {
  const visible = withoutInvisible(cut(caption, longestCaption));
  const name = pattern.exec(plainText(visible))?.[1];
  return name === undefined ? null : cameraName(name);
}

/** The variable that every platform reads whose cameras write captions. */
export const captionEnv = {
  CAMERA_CAPTION_PATTERN: z
    .string()
    .transform((source, context) => {
      const pattern = compileCaptionPattern(source);
      if (pattern) return pattern;
      context.addIssue({ code: 'custom', message: 'must be a regular expression with exactly one group, around the name' });
      return z.NEVER;
    })
    .default(defaultCaptionPattern)
    .meta(mayBeQuoted),
};
