import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PersonDetail, PersonFace } from '../../../src/api/people/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Card } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount, formatMoment, formatPercent } from '../../kit/format.ts';
import { picturePage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { changePerson, faceAddress, makeAndTell } from '../people/deeds.ts';

const origins: Record<NonNullable<PersonFace['learntFrom']>, string> = {
  said: 'somebody said so',
  file: 'enrolled from a file',
  first: 'the first picture',
  recognised: 'recognised',
  denied: 'somebody said no',
};

/** The faces that a person is known by, and those that are said not to be the person. */
export function Faces({ person, onChange }: { person: PersonDetail; onChange: () => void }): JSX.Element {
  return (
    <div class="stack">
      <References person={person} onChange={onChange} />
      {person.negatives.length > 0 && <Negatives person={person} onChange={onChange} />}
    </div>
  );
}

interface Shown {
  person: PersonDetail;
  onChange: () => void;
}

function removeFaces({ person, onChange }: Shown, faces: readonly PersonFace[]): void {
  void makeAndTell(
    faces.map(({ id }) => changePerson(person.id, 'remove-face', { face: id })),
    onChange,
  );
}

async function splitFaces({ person, onChange }: Shown, faces: readonly PersonFace[]): Promise<void> {
  const { name } = person;
  const yes = await confirm({
    title: `Split ${formatCount(faces.length, 'face')} from ${name}?`,
    action: 'Split',
    body: (
      <div class="stack">
        <p class="row">
          {faces.slice(0, 8).map(({ id }) => (
            <Face key={id} src={faceAddress(id)} name={name} />
          ))}
        </p>
        <p class="muted">
          They become a new unknown, with every sighting that was matched by them. The two count as different people from then on.
        </p>
      </div>
    ),
  });
  if (yes) await makeAndTell([changePerson(person.id, 'split', { faces: faces.map(({ id }) => id) })], onChange);
}

function References({ person, onChange }: Shown): JSX.Element {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mayEdit = useMay('editor');
  const { references, name } = person;
  const withModel = new Set(references.map(({ modelId }) => modelId)).size > 1;
  const choose = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const after = (): void => {
    setChosen(new Set());
    onChange();
  };
  const picked = references.filter(({ id }) => chosen.has(id));
  const actions = (
    <>
      <span class="muted small number">{formatCount(picked.length, 'face')} picked</span>
      <Button
        size="small"
        icon="split"
        disabled={picked.length === references.length}
        onClick={() => void splitFaces({ person, onChange: after }, picked)}
      >
        Split off
      </Button>
      <Button size="small" icon="trash" onClick={() => removeFaces({ person, onChange: after }, picked)}>
        Remove
      </Button>
    </>
  );
  return (
    <Card
      title={`Known by ${formatCount(references.length, 'face')}`}
      actions={
        picked.length > 0 ? (
          actions
        ) : mayEdit && references.length > 1 ? (
          <span class="small muted">Pick faces to split off or remove</span>
        ) : undefined
      }
    >
      {references.length === 0 ? (
        <Empty icon="people" title="No face yet">
          {name} is recognised once somebody says of a picture that it is {name}.
        </Empty>
      ) : (
        <div class="face-grid">
          {references.map((face) => (
            <Tile
              key={face.id}
              face={face}
              name={name}
              withModel={withModel}
              chosen={chosen.has(face.id)}
              onChoose={mayEdit ? () => choose(face.id) : null}
            />
          ))}
        </div>
      )}
    </Card>
  );
}

function Negatives({ person, onChange }: Shown): JSX.Element {
  const mayEdit = useMay('editor');
  const { negatives, name } = person;
  const withModel = new Set(negatives.map(({ modelId }) => modelId)).size > 1;
  return (
    <Card title={`Not ${name}: ${formatCount(negatives.length, 'face')}`}>
      <div class="stack">
        <p class="muted small">
          Faces that look like {name} and are said to be somebody else. Whatever resembles them more is not taken for {name}.
        </p>
        <div class="face-grid">
          {negatives.map((face) => (
            <Tile key={face.id} face={face} name={face.shows?.name ?? 'somebody else'} withModel={withModel} chosen={false} onChoose={null}>
              {mayEdit && (
                <Button size="small" tone="quiet" icon="trash" onClick={() => removeFaces({ person, onChange }, [face])}>
                  Remove
                </Button>
              )}
            </Tile>
          ))}
        </div>
      </div>
    </Card>
  );
}

function Tile({
  face,
  name,
  withModel,
  chosen,
  onChoose,
  children,
}: {
  face: PersonFace;
  name: string;
  withModel: boolean;
  chosen: boolean;
  onChoose: (() => void) | null;
  children?: JSX.Element | false;
}): JSX.Element {
  const { id, quality, sizePx, seen, learntFrom, snapshotId, createdAtMs, shows } = face;
  const picture = <Face src={faceAddress(id)} name={name} alt={`A face of ${name}`} size="fill" />;
  return (
    <div class={chosen ? 'face-tile chosen' : 'face-tile'}>
      {onChoose ? (
        <label>
          {picture}
          <input type="checkbox" checked={chosen} onChange={onChoose} aria-label={`Pick the face of ${formatMoment(createdAtMs)}`} />
        </label>
      ) : (
        picture
      )}
      <span class="small number">
        quality {formatPercent(quality)} · {Math.round(sizePx)} px
      </span>
      <span class="small muted">
        {seen && snapshotId !== null ? (
          <a href={picturePage(snapshotId)}>{seen.camera ?? 'unknown camera'}</a>
        ) : snapshotId === null ? (
          'picture file'
        ) : (
          'sighting expired'
        )}
        {' · '}
        <Time at={seen?.atMs ?? createdAtMs} as="day" />
      </span>
      <span class="small faint">
        {learntFrom ? origins[learntFrom] : 'learnt earlier'}
        {shows ? `: ${shows.name}` : ''}
      </span>
      {withModel && <span class="small faint truncate">{face.modelId}</span>}
      {children}
    </div>
  );
}
