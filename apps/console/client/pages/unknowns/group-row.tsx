import type { JSX, Ref } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Unknown, UnknownGroup } from '../../../src/api/unknowns/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount } from '../../kit/format.ts';
import { Menu, type MenuItem } from '../../kit/menu.tsx';
import { personPage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Time } from '../../kit/time.tsx';
import { changePerson, faceAddress, type Step } from '../people/deeds.ts';
import { NameField } from '../people/name-field.tsx';
import { distinguishingSteps, mergingSteps, namingSteps } from './naming.ts';

interface GroupRowProps {
  group: UnknownGroup;
  rowRef: Ref<HTMLLIElement>;
  /** `done`: the group is answered and leaves the list. */
  act: (steps: readonly Step[], done: boolean) => void;
  onMove: (step: 1 | -1) => void;
  onUndo: () => void;
}

/** Of a group with many pictures so many are shown. */
const mostPictures = 8;

/** Some unknowns who may be one, with a field for the name. Keys: see the page. */
export function GroupRow({ group, rowRef, act, onMove, onUndo }: GroupRowProps): JSX.Element {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const row = useRef<HTMLLIElement | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const mayEdit = useMay('editor');
  const { persons, sightings } = group;
  const chosen = persons.filter(({ id }) => !left.has(id));
  const isAll = left.size === 0;
  const [first] = persons;
  const toggle = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  const merge = (): void => act(mergingSteps(chosen), false);
  const ignore = (): void =>
    act(
      chosen.map(({ id }) => changePerson(id, 'ignore')),
      isAll,
    );
  const distinguish = (): void => act(distinguishingSteps(persons), false);
  const keys: Record<string, () => void> = {
    ...(mayEdit && { m: merge, i: ignore, n: distinguish, u: onUndo }),
    ArrowDown: () => onMove(1),
    ArrowUp: () => onMove(-1),
    j: () => onMove(1),
    k: () => onMove(-1),
    Enter: () => input.current?.focus(),
  };
  const attach = (element: HTMLLIElement | null): void => {
    row.current = element;
    if (typeof rowRef === 'function') rowRef(element);
    else if (rowRef) rowRef.current = element;
  };
  if (!first) return <li ref={attach} />;
  const title = persons.length === 1 ? first.name : `${first.name} and ${formatCount(persons.length - 1, 'other')} who look alike`;
  return (
    <li
      ref={attach}
      class="group"
      tabIndex={0}
      onKeyDown={(event) => onRowKey(event, keys, input.current)}
      aria-label={`${title}, ${formatCount(sightings, 'sighting')}`}
    >
      <Who group={group} left={left} onToggle={toggle} />
      {mayEdit ? (
        <div class="stack tight">
          <NameField
            label={`Who is ${title}?`}
            placeholder={isAll || chosen.length < 2 ? 'Who is this?' : `Who are these ${String(chosen.length)}?`}
            inputRef={input}
            except={persons.map(({ id }) => id)}
            onChoose={(who) => act(namingSteps(chosen, who), isAll)}
            onLeave={(key) => (key === 'Escape' ? row.current?.focus() : onMove(key === 'ArrowDown' ? 1 : -1))}
          />
          <MayBe
            person={first}
            onAnswer={(mayBe, yes) =>
              yes
                ? act(
                    chosen.map(({ id }) => changePerson(id, 'merge', { into: mayBe })),
                    isAll,
                  )
                : act([changePerson(first.id, 'distinguish', { other: mayBe })], false)
            }
          />
        </div>
      ) : (
        <span />
      )}
      {mayEdit ? (
        <Menu label={`More about ${title}`} items={menuOf({ chosen: chosen.length, group, merge, distinguish, ignore })} />
      ) : (
        <span />
      )}
    </li>
  );
}

function menuOf(of: { chosen: number; group: UnknownGroup; merge: () => void; distinguish: () => void; ignore: () => void }): MenuItem[] {
  const { chosen, group, merge, distinguish, ignore } = of;
  const mayBeOne = group.persons.length > 1 || group.persons.some(({ mayBe }) => mayBe);
  return [
    ...(chosen > 1 ? [{ label: `Merge these ${String(chosen)}`, icon: 'merge' as const, onSelect: merge }] : []),
    ...(mayBeOne ? [{ label: 'Not the same', icon: 'split' as const, onSelect: distinguish }] : []),
    { label: 'Ignore: never report', icon: 'eye-off', onSelect: ignore },
  ];
}

/** A key of the row itself, not of a field in it. A letter without a meaning begins a name: it arrives in the field. */
function onRowKey(event: KeyboardEvent, keys: Record<string, () => void>, input: HTMLInputElement | null): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const deed = keys[event.key];
  if (deed) {
    event.preventDefault();
    deed();
  } else if (event.key.length === 1 && !' /?'.includes(event.key)) input?.focus();
}

/** The pictures of a group, and how often it was seen. Whoever does not belong to it is left out by a click. */
function Who({
  group: { persons, sightings, lastSeenMs },
  left,
  onToggle,
}: {
  group: UnknownGroup;
  left: ReadonlySet<string>;
  onToggle: (id: string) => void;
}): JSX.Element | null {
  const [first] = persons;
  if (!first) return null;
  return (
    <div class="who">
      <span class="pictures">
        {persons.length === 1
          ? first.pictures.slice(0, mostPictures / 2).map((face) => <Face key={face} src={faceAddress(face)} name={first.name} />)
          : persons.slice(0, mostPictures).map(({ id, name, face }) => (
              <button
                key={id}
                type="button"
                aria-pressed={!left.has(id)}
                aria-label={`${name} belongs to the group`}
                title={left.has(id) ? `${name}: left out` : `${name}: click to leave out`}
                onClick={() => onToggle(id)}
              >
                <Face src={faceAddress(face)} name={name} />
              </button>
            ))}
      </span>
      <span class="stack tight grow">
        <strong>
          <a href={personPage(first.id)}>{first.name}</a>
          {persons.length > 1 && <span class="muted"> +{persons.length - 1}</span>}
        </strong>
        <span class="small muted">
          {formatCount(sightings, 'sighting')}
          {lastSeenMs !== null && (
            <>
              {' · '}
              <Time at={lastSeenMs} />
            </>
          )}
          {first.lastSeen?.camera && ` · ${first.lastSeen.camera}`}
        </span>
      </span>
    </div>
  );
}

/** The person whom an unknown may be: yes or no. */
function MayBe({ person: { mayBe }, onAnswer }: { person: Unknown; onAnswer: (mayBe: string, yes: boolean) => void }): JSX.Element | null {
  if (!mayBe) return null;
  return (
    <span class="row small">
      <span class="muted">may be {mayBe.name}</span>
      <Button size="small" icon="check" onClick={() => onAnswer(mayBe.id, true)}>
        Yes
      </Button>
      <Button size="small" tone="quiet" onClick={() => onAnswer(mayBe.id, false)}>
        No
      </Button>
    </span>
  );
}
