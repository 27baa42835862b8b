import type { JSX } from 'preact';
import { formatNumber, formatPercent } from '../../kit/format.ts';
import { outcomeTones, outcomeWords } from './outcomes.ts';

/** Results of a time, as one bar and in words. `all`: each in words, not only those that matter most. */
export function Outcomes({ outcomes, all = false }: { outcomes: Readonly<Record<string, number>>; all?: boolean }): JSX.Element | null {
  const shown = Object.keys(outcomeWords).flatMap((outcome) => {
    const count = outcomes[outcome] ?? 0;
    return count === 0 ? [] : [{ outcome, count, words: outcomeWords[outcome] ?? outcome, tone: outcomeTones[outcome] ?? 'plain' }];
  });
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const most = shown.toSorted((a, b) => b.count - a.count).slice(0, 3);
  const told = all ? shown : shown.filter((each) => most.includes(each));
  return (
    <div class="outcomes">
      <div class="outcome-bar" aria-hidden="true">
        {shown.map(({ outcome, count, tone, words }) => (
          <span key={outcome} class={tone} title={`${formatNumber(count)} ${words}`} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul class="small muted">
        {told.map(({ outcome, count, words, tone }) => (
          <li key={outcome}>
            <span class={`dot ${tone}`} aria-hidden="true" />
            {formatPercent(count / total)} {words}
            {all && <span class="faint"> ({formatNumber(count)})</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
