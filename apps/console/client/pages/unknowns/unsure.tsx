import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { UnsureFace } from '../../../src/api/unknowns/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Face } from '../../kit/face.tsx';
import { formatSimilarity } from '../../kit/format.ts';
import { More } from '../../kit/more.tsx';
import { personPage, picturePage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { useInfinite } from '../../kit/use-query.ts';
import { faceAddress, makeAndTell } from '../people/deeds.ts';

const keyOf = ({ snapshotId, position }: UnsureFace): string => `${snapshotId} ${String(position)}`;

/** Faces that may be somebody: is it, yes or no? */
export function Unsure(): JSX.Element {
  const list = useInfinite<UnsureFace>('/api/unsure-faces', {}, { topics: ['people', 'pictures'] });
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const rows = useRef(new Map<string, HTMLLIElement>());
  const open = list.items.filter((face) => !answered.has(keyOf(face)));
  if (list.error && open.length === 0) return <ErrorState error={list.error} onRetry={list.refetch} />;
  if (!list.ready) return <Skeleton lines={5} block />;
  if (open.length === 0 && !list.more) {
    return (
      <Empty icon="check" title="No open questions">
        When a face looks like somebody, though not surely, you are asked here. Each answer makes recognition better.
      </Empty>
    );
  }
  const move = (from: UnsureFace, step: 1 | -1): void => {
    const next = open[open.indexOf(from) + step];
    if (next) rows.current.get(keyOf(next))?.focus();
    else if (step === 1) list.loadMore();
  };
  const answer = (face: UnsureFace, person: string | null): void => {
    move(face, 1);
    setAnswered((before) => new Set([...before, keyOf(face)]));
    const path = `sightings/${encodeURIComponent(face.snapshotId)}/faces/${String(face.position)}/assign`;
    void makeAndTell([{ path, body: { person } }], list.refetch).then((deed) => {
      if (!deed) setAnswered((before) => new Set([...before].filter((key) => key !== keyOf(face))));
    });
  };
  return (
    <div class="stack">
      <ul class="groups">
        {open.map((face) => (
          <Question
            key={keyOf(face)}
            face={face}
            rowRef={(element) => {
              if (element) rows.current.set(keyOf(face), element);
              else rows.current.delete(keyOf(face));
            }}
            onAnswer={(yes) => answer(face, yes ? face.person.id : null)}
            onMove={(step) => move(face, step)}
          />
        ))}
      </ul>
      <More list={list} />
    </div>
  );
}

function Question({
  face,
  rowRef,
  onAnswer,
  onMove,
}: {
  face: UnsureFace;
  rowRef: (element: HTMLLIElement | null) => void;
  onAnswer: (yes: boolean) => void;
  onMove: (step: 1 | -1) => void;
}): JSX.Element {
  const mayEdit = useMay('editor');
  const { person, picture, camera, takenAtMs, similarity, snapshotId, position } = face;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === 'ArrowDown' || key === 'j') onMove(1);
    else if (key === 'ArrowUp' || key === 'k') onMove(-1);
    else if (mayEdit && (key === 'y' || key === 'n')) onAnswer(key === 'y');
    else return;
    event.preventDefault();
  };
  return (
    <li ref={rowRef} class="unsure" tabIndex={0} onKeyDown={onKeyDown} aria-label={`May be ${person.name}, ${camera ?? 'unknown camera'}`}>
      <Face src={picture} name="?" alt="The face in question" size="l" />
      <Face src={faceAddress(person.face)} name={person.name} alt={`A known face of ${person.name}`} size="l" />
      <span class="stack tight grow">
        <strong>
          Is this <a href={personPage(person.id)}>{person.name}</a>?
        </strong>
        <span class="small muted">
          <a href={picturePage(snapshotId, position)}>{camera ?? 'unknown camera'}</a>
          {' · '}
          <Time at={takenAtMs} />
          {similarity !== null && ` · similarity ${formatSimilarity(similarity)}`}
        </span>
        {mayEdit && (
          <span class="row">
            <Button size="small" icon="check" onClick={() => onAnswer(true)}>
              Yes
            </Button>
            <Button size="small" onClick={() => onAnswer(false)}>
              No
            </Button>
          </span>
        )}
      </span>
    </li>
  );
}
