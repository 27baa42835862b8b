import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { PersonDetail, When } from '../../../src/api/people/schema.ts';
import { withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Card, Notice } from '../../kit/card.tsx';
import { Chart } from '../../kit/chart.tsx';
import { formatCount, formatNumber, formatPercent } from '../../kit/format.ts';
import { channelAmong, personPage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Loaded } from '../../kit/states.tsx';
import { useQuery } from '../../kit/use-query.ts';
import { changePerson, makeAndTell } from '../people/deeds.ts';
import { PersonCard } from '../people/person-card.tsx';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** When and where somebody comes, and who may be the same. */
export function Overview({ person, onChange }: { person: PersonDetail; onChange: () => void }): JSX.Element {
  const when = useQuery<When>(withParams(`/api/people/${encodeURIComponent(person.id)}/when`, { zone }), {
    topics: ['people', 'pictures'],
  });
  return (
    <div class="stack">
      <Perhaps person={person} onChange={onChange} />
      <Loaded query={when}>{(data) => <Habits when={data} />}</Loaded>
    </div>
  );
}

function Habits({ when }: { when: When }): JSX.Element {
  const { days, hours, cameras, total, keptDays } = when;
  const times = useMemo(() => days.map(({ day }) => Date.parse(`${day}T12:00`)), [days]);
  const series = useMemo(() => [{ label: 'Sightings', values: days.map(({ sightings }) => sightings), as: 'bars' as const }], [days]);
  const busiest = Math.max(1, ...hours);
  const most = Math.max(1, ...cameras.map(({ sightings }) => sightings));
  return (
    <div class="person-columns">
      <div class="wide">
        <Card title={`${formatCount(total, 'sighting')} in ${formatCount(keptDays, 'day')}`}>
          <Chart label="Sightings by day" timesMs={times} series={series} height={170} days />
        </Card>
      </div>
      <Card title="Hours of the day">
        <div
          class="hours"
          role="img"
          aria-label={`Sightings by hour of the day: ${hours.map((count, hour) => `${String(hour)} h ${String(count)}`).join(', ')}`}
        >
          {hours.map((count, hour) => (
            <span
              key={hour}
              class={count === 0 ? 'none' : ''}
              title={`${String(hour).padStart(2, '0')}:00–${String(hour + 1).padStart(2, '0')}:00: ${formatCount(count, 'sighting')}`}
              style={{ height: `${String(Math.round((count / busiest) * 100))}%` }}
            />
          ))}
        </div>
        <div class="hour-names faint small number" aria-hidden="true">
          {[0, 6, 12, 18, 24].map((hour) => (
            <span key={hour}>{String(hour).padStart(2, '0')}:00</span>
          ))}
        </div>
      </Card>
      <Card title="Cameras">
        {cameras.length === 0 && <p class="muted">No camera has seen this person lately.</p>}
        <div class="shares">
          {cameras.slice(0, 12).map((each) => (
            <>
              <span class="truncate" title={each.channel}>
                {each.camera ?? 'unknown camera'}
                <span class="muted small"> {channelAmong(each, cameras)}</span>
              </span>
              <span class="bar">
                <span style={{ width: `${String((each.sightings / most) * 100)}%` }} />
              </span>
              <span class="small muted number">
                {formatNumber(each.sightings)} · {formatPercent(each.sightings / Math.max(1, total))}
              </span>
            </>
          ))}
        </div>
      </Card>
    </div>
  );
}

/** Who may be the same person, with the two answers. */
function Perhaps({ person, onChange }: { person: PersonDetail; onChange: () => void }): JSX.Element | null {
  const mayEdit = useMay('editor');
  const answer = (otherId: string, same: boolean): void => {
    const step = same ? changePerson(otherId, 'merge', { into: person.id }) : changePerson(person.id, 'distinguish', { other: otherId });
    void makeAndTell([step], onChange);
  };
  const { mayBe, perhaps, namesakes } = person;
  if (!mayBe && perhaps.length === 0 && namesakes.length === 0) return null;
  const buttons = (id: string): JSX.Element | null =>
    mayEdit ? (
      <span class="row">
        <Button size="small" icon="check" onClick={() => answer(id, true)}>
          The same
        </Button>
        <Button size="small" tone="quiet" onClick={() => answer(id, false)}>
          Not the same
        </Button>
      </span>
    ) : null;
  return (
    <div class="stack tight">
      {mayBe && (
        <Notice>
          <div class="row between">
            <span>
              This may be <a href={personPage(mayBe.id)}>{mayBe.name}</a>.
            </span>
            {buttons(mayBe.id)}
          </div>
        </Notice>
      )}
      {namesakes.map(({ id, name }) => (
        <Notice key={id}>
          <div class="row between">
            <span>
              Somebody else is called <a href={personPage(id)}>{name}</a>, too.
            </span>
            {buttons(id)}
          </div>
        </Notice>
      ))}
      {perhaps.length > 0 && (
        <Card title={`Who may be ${person.name}`}>
          <div class="grid">
            {perhaps.map((each) => (
              <div key={each.id} class="stack tight">
                <PersonCard person={{ ...each, mayBe: null }} chosen={false} onChoose={null} />
                {buttons(each.id)}
              </div>
            ))}
          </div>
        </Card>
      )}
    </div>
  );
}
