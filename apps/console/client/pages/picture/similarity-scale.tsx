import type { JSX } from 'preact';
import type { FaceOfPicture } from '../../../src/api/pictures/schema.ts';

type Evidence = NonNullable<FaceOfPicture['evidence']>;

/** Where the best and the second similarity lie between "stranger", "not sure" and "a name". */
export function SimilarityScale({ evidence }: { evidence: Evidence }): JSX.Element {
  const { best, second, match, uncertain } = evidence;
  const values = [uncertain, match, ...(best ? [best.similarity] : []), ...(second ? [second.similarity] : [])];
  // Somebody far below is only that: the lines and what is near them need the room.
  const low = Math.max(Math.min(...values), uncertain - 0.15) - 0.03;
  const high = Math.min(1, Math.max(...values) + 0.04);
  const x = (value: number): number => Math.max(0, ((value - low) / (high - low)) * 100);
  const label = [
    best ? `Best ${best.similarity.toFixed(3)}` : '',
    second ? `second ${second.similarity.toFixed(3)}` : '',
    `not sure from ${uncertain.toFixed(3)}`,
    `a name from ${match.toFixed(3)}`,
  ]
    .filter(Boolean)
    .join(', ');
  const marks = [
    ...(best ? [{ key: 'best', value: best.similarity, text: best.name ?? 'best' }] : []),
    ...(second ? [{ key: 'second', value: second.similarity, text: second.name ?? 'second' }] : []),
  ];
  return (
    <div class="scale" role="img" aria-label={label}>
      <div class="scale-bar">
        <span class="zone stranger" style={{ left: '0', width: `${String(x(uncertain))}%` }} />
        <span class="zone unsure" style={{ left: `${String(x(uncertain))}%`, width: `${String(x(match) - x(uncertain))}%` }} />
        <span class="zone named" style={{ left: `${String(x(match))}%`, width: `${String(100 - x(match))}%` }} />
        {marks.map(({ key, value }) => (
          <span key={key} class={`mark ${key}`} style={{ left: `${String(x(value))}%` }} />
        ))}
      </div>
      <div class="scale-words small muted" aria-hidden="true">
        <span>stranger</span>
        <span>not sure from {uncertain.toFixed(3)}</span>
        <span>a name from {match.toFixed(3)}</span>
      </div>
    </div>
  );
}
