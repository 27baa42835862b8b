import type { JSX, Ref } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { PeoplePage, PersonRow } from '../../../src/api/people/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Face } from '../../kit/face.tsx';
import { formatNumber } from '../../kit/format.ts';
import { faceAddress } from './deeds.ts';

/** Somebody who is there, or a name that nobody has yet. */
export type Chosen = { person: PersonRow } | { name: string };

interface NameFieldProps {
  label: string;
  placeholder?: string;
  onChoose: (chosen: Chosen) => void;
  /** Escape, or an arrow in an empty field. */
  onLeave?: (key: 'Escape' | 'ArrowUp' | 'ArrowDown') => void;
  inputRef?: Ref<HTMLInputElement>;
  /** Whom not to offer. */
  except?: readonly string[];
  /** False: only somebody who is there can be chosen. Default true. */
  newNames?: boolean;
  disabled?: boolean;
}

const most = 6;
const waitMs = 120;

/** A name is typed, and known people are offered meanwhile: arrows choose, Enter takes, Escape leaves. */
export function NameField(props: NameFieldProps): JSX.Element {
  const { label, placeholder = 'Name…', onChoose, onLeave, inputRef, except = [], newNames = true, disabled = false } = props;
  const [text, setText] = useState('');
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const name = text.trim();
  const { found, of } = useMatches(open ? name : '', except);
  const list = useId();
  const exact = found.find((person) => person.name.toLowerCase() === name.toLowerCase() && person.status !== 'unknown');
  const offersNew = newNames && name !== '' && !exact;
  const options = found.length + (offersNew ? 1 : 0);

  const take = (index: number): void => {
    const person = found[index] ?? (index === -1 ? exact : undefined);
    if (person) onChoose({ person });
    else if (name !== '' && newNames) onChoose({ name });
    else return;
    setText('');
    setOpen(false);
    setAt(-1);
    setWanted('');
  };
  /** Whoever fits best is taken once it is known who that is: a name that was asked for with Enter before. */
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    if (wanted !== '' && wanted === name && wanted === of) take(0);
  }, [wanted, of]);
  const step = (key: 'ArrowDown' | 'ArrowUp'): void =>
    setAt((now) => (key === 'ArrowDown' ? (now + 1 >= options ? 0 : now + 1) : now <= 0 ? options - 1 : now - 1));
  const onArrow = (event: KeyboardEvent, key: 'ArrowDown' | 'ArrowUp'): void => {
    // The list of what was typed before is about to become another one.
    if (open && options > 0 && of === name) step(key);
    else if (name === '') onLeave?.(key);
    else if (!open) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') onArrow(event, key);
    else if (key === 'Enter' && name !== '') {
      event.preventDefault();
      // Without new names, Enter takes the best fit.
      if (at === -1 && !newNames) setWanted(name);
      else take(at);
    } else if (key === 'Escape') {
      // A dialog around it closes only where there is nothing to close here.
      if (open && name !== '') event.preventDefault();
      setOpen(false);
      setText('');
      onLeave?.('Escape');
    }
  };

  return (
    <div class="name-field">
      <input
        ref={inputRef ?? null}
        class="input"
        role="combobox"
        aria-label={label}
        aria-expanded={open && options > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${list}-${String(at)}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        disabled={disabled}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(event.currentTarget.value.trim() !== '');
          setAt(-1);
          setWanted('');
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <Options list={list} hidden={!open || options === 0} found={found} name={offersNew ? name : null} at={at} onTake={take} />
    </div>
  );
}

/** What is offered: people, and last a new person of the name. */
function Options(props: {
  list: string;
  hidden: boolean;
  found: readonly PersonRow[];
  name: string | null;
  at: number;
  onTake: (index: number) => void;
}): JSX.Element {
  const { list, hidden, found, name, at, onTake } = props;
  return (
    <ul id={list} role="listbox" aria-label="People" hidden={hidden} onMouseDown={(event) => event.preventDefault()}>
      {found.map((person, index) => (
        <li key={person.id} id={`${list}-${String(index)}`} role="option" aria-selected={at === index} onClick={() => onTake(index)}>
          <Face src={faceAddress(person.face)} name={person.name} size="s" round />
          <span class="truncate">{person.name}</span>
          <span class="faint small number">{formatNumber(person.sightings)}×</span>
        </li>
      ))}
      {name !== null && (
        <li id={`${list}-${String(found.length)}`} role="option" aria-selected={at === found.length} onClick={() => onTake(found.length)}>
          <span class="muted">New person</span> <strong class="truncate">{name}</strong>
        </li>
      )}
    </ul>
  );
}

/** People whom the text may mean, a moment after the last key, and which text they are `of`. */
function useMatches(text: string, except: readonly string[]): { found: PersonRow[]; of: string } {
  const [matches, setMatches] = useState<{ found: PersonRow[]; of: string }>({ found: [], of: '' });
  const run = useRef<AbortController | null>(null);
  useEffect(() => {
    run.current?.abort();
    if (text === '') {
      setMatches({ found: [], of: '' });
      return undefined;
    }
    const own = new AbortController();
    run.current = own;
    const timer = setTimeout(() => {
      api
        .get<PeoplePage>(withParams('/api/people', { q: text, limit: most + except.length }), { signal: own.signal })
        .then(({ items }) => setMatches({ found: items.filter(({ id }) => !except.includes(id)).slice(0, most), of: text }))
        .catch(() => undefined);
    }, waitMs);
    return () => {
      clearTimeout(timer);
      own.abort();
    };
  }, [text, except.join(' ')]);
  return matches;
}
