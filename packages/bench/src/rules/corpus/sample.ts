import type { DetectorName } from '@watchpost/rules/rule';

/** What stands in a sample on purpose. */
export interface Planted {
  detector: DetectorName;
  start: number;
  end: number;
}

/** One message of the corpus. */
export interface Sample {
  /** What it is an example of: `secrets: GitHub token`. */
  kind: string;
  text: string;
  /** Nothing: it only looks like something. */
  planted: readonly Planted[];
}

/** A sentence with what is drawn in place of `{}`. */
export function plant(kind: string, detector: DetectorName, template: string, value: string): Sample {
  const start = template.indexOf('{}');
  return {
    kind: `${detector}: ${kind}`,
    text: template.replace('{}', () => value),
    planted: [{ detector, start, end: start + value.length }],
  };
}

/** A message in which nothing is to be found. */
export const lookAlike = (kind: string, text: string): Sample => ({ kind: `look-alike: ${kind}`, text, planted: [] });
