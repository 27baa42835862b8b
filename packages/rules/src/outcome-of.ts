import type { Finding, Violation } from './violation.ts';

/** What was done about a violation, in a word or two. */
export const outcomes = ['being removed', 'removed', 'gone', 'not removed', 'unread', 'dry run', 'reported'] as const;
export type Outcome = (typeof outcomes)[number];

interface Outcoming {
  removal: Pick<Violation['removal'], 'state'>;
  findings: readonly Pick<Finding, 'dryRun'>[];
}

/** What was done about it. Pure. */
export function outcomeOf({ removal, findings }: Outcoming): Outcome {
  if (removal.state !== 'none')
    return ({ wanted: 'being removed', removed: 'removed', gone: 'gone', failed: 'not removed' } as const)[removal.state];
  if (findings.length === 0) return 'unread';
  return findings.every(({ dryRun }) => dryRun) ? 'dry run' : 'reported';
}
