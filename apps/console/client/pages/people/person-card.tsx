import type { JSX } from 'preact';
import type { PersonRow } from '../../../src/api/people/schema.ts';
import { Badge } from '../../kit/card.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount } from '../../kit/format.ts';
import { personPage } from '../../kit/place.ts';
import { Time } from '../../kit/time.tsx';
import { faceAddress } from './deeds.ts';

/** Somebody in a list, with a box to choose them where `onChoose` is given. */
export function PersonCard({
  person,
  chosen,
  onChoose,
}: {
  person: PersonRow;
  chosen: boolean;
  onChoose: ((chosen: boolean) => void) | null;
}): JSX.Element {
  const { id, name, status, lastSeen, mayBe, faces, sightings } = person;
  return (
    <div class={chosen ? 'person-card chosen' : 'person-card'}>
      <a href={personPage(id)}>
        <Face src={faceAddress(person.face)} name={name} size="l" />
        <span class="about">
          <strong class="truncate">{name}</strong>
          <span class="small muted truncate">
            {lastSeen ? (
              <>
                <Time at={lastSeen.atMs} /> · {lastSeen.camera ?? 'unknown camera'}
              </>
            ) : (
              'not seen lately'
            )}
          </span>
          <span class="small faint number">
            {formatCount(sightings, 'sighting')} · {formatCount(faces, 'face')}
          </span>
          {(status === 'ignored' || mayBe) && (
            <span>
              {status === 'ignored' && <Badge>ignored</Badge>}
              {mayBe && status !== 'ignored' && <Badge tone="info">may be {mayBe.name}</Badge>}
            </span>
          )}
        </span>
      </a>
      {onChoose && (
        <input type="checkbox" aria-label={`Select ${name}`} checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} />
      )}
    </div>
  );
}
