import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { PersonDetail, SightingItem } from '../../../src/api/people/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Badge } from '../../kit/card.tsx';
import { Face } from '../../kit/face.tsx';
import { formatClock, formatCount, formatDay, formatSimilarity } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { More } from '../../kit/more.tsx';
import { personPage, picturePage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../../kit/states.tsx';
import { useInfinite } from '../../kit/use-query.ts';
import { makeAndTell } from '../people/deeds.ts';
import { visitsByDay, type SeenVisit } from './visits.ts';

/** Where and when somebody was seen, by days and visits. */
export function Timeline({ person }: { person: PersonDetail }): JSX.Element {
  const path = `/api/people/${encodeURIComponent(person.id)}/sightings`;
  const list = useInfinite<SightingItem>(path, {}, { topics: ['people', 'pictures'] });
  const days = useMemo(() => visitsByDay(list.items), [list.items]);
  if (list.error && list.items.length === 0) return <ErrorState error={list.error} onRetry={list.refetch} />;
  if (!list.ready) return <Skeleton lines={6} block />;
  if (days.length === 0) {
    return (
      <Empty icon="now" title={`${person.name} has not been seen lately`}>
        Sightings are kept for some time only; the faces by which a person is known stay.
      </Empty>
    );
  }
  return (
    <div>
      {days.map(({ day, visits }) => (
        <section key={day} aria-label={formatDay(Date.parse(`${day}T12:00`))}>
          <h3 class="day-title">
            {formatDay(Date.parse(`${day}T12:00`))} <span class="faint small">{formatCount(visits.length, 'visit')}</span>
          </h3>
          <ul class="day-visits">
            {visits.map((visit) => (
              <Visit key={`${visit.camera ?? ''} ${String(visit.toMs)}`} visit={visit} person={person} onChange={list.refetch} />
            ))}
          </ul>
        </section>
      ))}
      <More list={list} label="Show earlier" />
    </div>
  );
}

const mostFaces = 4;

function Visit({ visit, person, onChange }: { visit: SeenVisit; person: PersonDetail; onChange: () => void }): JSX.Element {
  const mayEdit = useMay('editor');
  const { sightings, fromMs, toMs, camera } = visit;
  const [best] = sightings;
  const unsure = sightings.every((each) => each.unsure);
  const pictures = sightings.flatMap(({ picture }) => picture ?? []).slice(0, mostFaces);
  const others = [...new Map(sightings.flatMap((each) => each.with.map((one) => [one.id, one] as const))).values()];
  const likeness = Math.max(...sightings.map(({ similarity }) => similarity ?? 0));
  const deny = (): void => {
    const steps = sightings.map(({ snapshotId, position }) => ({
      path: `sightings/${encodeURIComponent(snapshotId)}/faces/${String(position)}/assign`,
      body: { person: null },
    }));
    void makeAndTell(steps, onChange);
  };
  return (
    <li>
      <span class="when" title={new Date(toMs).toString()}>
        {formatClock(fromMs) === formatClock(toMs) ? formatClock(toMs) : `${formatClock(fromMs)}–${formatClock(toMs)}`}
      </span>
      <span class="faces">
        {pictures.length === 0 ? (
          <span class="no-picture" title="No picture of the face is kept of this sighting">
            <Icon name="camera" />
          </span>
        ) : (
          pictures.map((src) => <Face key={src} src={src} name={person.name} size="s" round />)
        )}
      </span>
      <span class="grow">
        <span class="truncate">
          {best ? <a href={picturePage(best.snapshotId, best.position)}>{camera ?? 'unknown camera'}</a> : (camera ?? 'unknown camera')}{' '}
          <span class="faint small">{formatCount(sightings.length, 'picture')}</span>
        </span>
        <br />
        <span class="small muted">
          {likeness > 0 ? `similarity ${formatSimilarity(likeness)}` : 'first seen here'}
          {others.length > 0 && (
            <>
              {' · with '}
              {others.slice(0, 3).map(({ id, name }, index) => (
                <>
                  {index > 0 && ', '}
                  <a key={id} href={personPage(id)}>
                    {name}
                  </a>
                </>
              ))}
              {others.length > 3 && ` and ${String(others.length - 3)} more`}
            </>
          )}
        </span>
      </span>
      {unsure && <Badge tone="warn">not sure</Badge>}
      {sightings.some(({ said }) => said) && <Badge tone="ok">said by somebody</Badge>}
      {mayEdit && (
        <Button size="small" tone="quiet" onClick={deny} title={`What was seen here is not ${person.name}`}>
          Not {person.status === 'named' ? person.name.split(' ')[0] : 'this person'}
        </Button>
      )}
    </li>
  );
}
