import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ChangedDecision } from '../../../src/api/thresholds/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Card, Notice, Stat, Stats } from '../../kit/card.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount, formatMoment, formatNumber, unitOf } from '../../kit/format.ts';
import { cameraText, faceAddress, personPage, picturePage } from '../../kit/place.ts';
import { SnapshotFace } from '../../kit/snapshot-face.tsx';
import { Empty, ErrorState } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { useTried, type Tried } from './use-tried.ts';

/** How many are shown before somebody asks for more. */
const shownAtOnce = 60;

/** Which decisions another risk would have changed. */
export function Results(query: { oneIn: number; camera: string; hours: number | null }): JSX.Element {
  const { tried, goOn } = useTried(query);
  const [shown, setShown] = useState(shownAtOnce);
  const { changed, running, error, next, snapshots } = tried;
  const total = changed.length + tried.unlisted;
  return (
    <div class="stack" aria-busy={running}>
      <Card title={`1 in ${formatNumber(query.oneIn)} would have changed ${total === 0 ? 'nothing' : formatCount(total, 'decision')}`}>
        <div class="stack">
          <Summary tried={tried} />
          <div class="row small muted" role="status">
            {running ? <progress aria-label="Trying" /> : null}
            <span>
              {running ? 'Trying: ' : ''}
              {formatCount(tried.before.faces, 'face')} in {formatCount(snapshots, 'picture')}
              {tried.oldestMs !== null && `, back to ${formatMoment(tried.oldestMs)}`}
              {tried.untried > 0 &&
                `; ${formatCount(tried.untried, 'other face')} cannot be tried: nothing was compared, or an older release decided`}
            </span>
            {!running && next !== null && (
              <Button size="small" onClick={goOn}>
                Try older ones too
              </Button>
            )}
          </div>
          {error && <ErrorState error={error} onRetry={goOn} />}
        </div>
      </Card>
      {!running && total === 0 && !error && (
        <Empty icon="check" title={tried.before.faces === 0 ? 'There is nothing to try this on' : 'Nothing would change'}>
          {tried.before.faces === 0
            ? 'No faces were compared in this time. Choose a longer one, or another camera.'
            : 'Every decision would be as it was.'}
        </Empty>
      )}
      <ul class="tried">
        {changed.slice(0, shown).map((decision) => (
          <li key={`${decision.snapshotId} ${String(decision.position)}`}>
            <Changed decision={decision} />
          </li>
        ))}
      </ul>
      {changed.length > shown && (
        <div class="row centre">
          <Button onClick={() => setShown(shown + shownAtOnce)}>Show more of {formatNumber(changed.length)}</Button>
        </div>
      )}
    </div>
  );
}

function Summary({ tried: { changed, before, after, said } }: { tried: Tried }): JSX.Element {
  const isNamed = ({ best }: ChangedDecision): boolean => best.status === 'named';
  const gained = changed.filter((each) => each.after === 'person' && isNamed(each)).length;
  const lost = changed.filter((each) => each.before === 'person' && isNamed(each)).length;
  return (
    <>
      <Stats>
        <Stat label="Names shown" value={`${formatNumber(before.named)} → ${formatNumber(after.named)}`} />
        <Stat label="Names gained" value={formatNumber(gained)} unit={unitOf(gained, 'face')} />
        <Stat label="Names lost" value={formatNumber(lost)} unit={unitOf(lost, 'face')} />
        <Stat
          label="Known right, still named"
          value={`${formatNumber(before.right)} → ${formatNumber(after.right)}`}
          unit={`of ${formatNumber(said.right)}`}
        />
        <Stat
          label="Known wrong, still named"
          value={`${formatNumber(before.wrong)} → ${formatNumber(after.wrong)}`}
          unit={`of ${formatNumber(said.wrong)}`}
        />
      </Stats>
      {said.right + said.wrong === 0 ? (
        <p class="muted small">Nobody has said yet who any of these faces is. Once readers do, right and wrong names are counted here.</p>
      ) : (
        after.wrong < before.wrong && (
          <Notice tone="info">
            {formatCount(before.wrong - after.wrong, 'wrong name')} that people corrected would not have been shown.
          </Notice>
        )
      )}
    </>
  );
}

function words(decision: ChangedDecision['before'], name: string): string {
  if (decision === 'person') return name;
  return decision === 'uncertain' ? 'not sure' : 'stranger';
}

function Changed({ decision }: { decision: ChangedDecision }): JSX.Element {
  const { snapshotId, position, best, before, after, similarity, sizePx, strangersOneIn, said, takenAtMs } = decision;
  const address = faceAddress({ snapshotId, position });
  return (
    <article class="changed">
      <a href={picturePage(snapshotId, position)} title="Open the picture">
        <SnapshotFace
          snapshotId={snapshotId}
          position={position}
          box={decision.box}
          name="?"
          alt={`Face seen at ${cameraText(decision)}`}
        />
      </a>
      <a href={personPage(best.id)} title={best.name}>
        <Face src={`${address}/best`} name={best.name} alt={`Most similar: ${best.name}`} />
      </a>
      <div>
        <div class="row tight">
          <Badge tone={before === 'person' ? 'ok' : 'plain'}>{words(before, best.name)}</Badge>
          <span aria-label="becomes">→</span>
          <Badge tone={after === 'person' ? 'ok' : 'warn'}>{words(after, best.name)}</Badge>
          {said && (
            <Badge tone={said === 'right' ? 'info' : 'danger'}>
              {said === 'right' ? 'somebody said it is' : 'somebody said it is not'}
            </Badge>
          )}
        </div>
        <div class="muted small">
          Similarity to {best.name} {similarity.toFixed(3)}: 1 stranger in{' '}
          {formatNumber(Number(Math.max(1, strangersOneIn).toPrecision(2)))} is as similar. {Math.round(sizePx)} px.
        </div>
        <div class="muted small">
          {cameraText(decision)}, <Time at={takenAtMs} as="moment" />
        </div>
      </div>
    </article>
  );
}
