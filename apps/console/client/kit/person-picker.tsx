import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { withParams } from './api.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { useQuery } from './use-query.ts';

/** Somebody who is known, or the name of somebody new. */
export type Chosen = { id: string } | { name: string };

interface Known {
  people: { id: string; name: string; status: string }[];
}

const same = (one: string, other: string): boolean => one.localeCompare(other, undefined, { sensitivity: 'accent' }) === 0;

interface Offer {
  key: string;
  label: string;
  note: string;
  chosen: Chosen;
}

/** People who are known, and a name that nobody has. */
function offersOf(known: Known['people'], name: string): Offer[] {
  const people = known.map((person) => ({
    key: person.id,
    label: person.name,
    note: person.status === 'named' ? '' : person.status,
    chosen: { id: person.id },
  }));
  const isNew = name !== '' && !known.some((person) => same(person.name, name));
  return isNew ? [...people, { key: 'new', label: name, note: 'somebody new', chosen: { name } }] : people;
}

function Offers({
  id,
  offers,
  chosen,
  onChoose,
}: {
  id: string;
  offers: readonly Offer[];
  chosen: Offer | undefined;
  onChoose: (chosen: Chosen) => void;
}): JSX.Element {
  return (
    <ul class="offers" role="listbox" id={id} aria-label="People">
      {offers.map((offer) => (
        <li
          key={offer.key}
          id={`${id}-${offer.key}`}
          role="option"
          aria-selected={offer === chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(offer.chosen);
          }}
        >
          <span class="truncate">{offer.label}</span>
          {offer.note && <span class="faint small">{offer.note}</span>}
        </li>
      ))}
    </ul>
  );
}

/** While a name is looked up, those who fitted the one before are still offered: none of them is meant. `except`: who is not offered, an id. */
function useOffers(name: string, except: string | null): { offers: Offer[]; isLookedUp: boolean } {
  const { data, error } = useQuery<Known>(withParams('/api/names', { text: name }));
  const isLookedUp = data !== undefined || error !== null;
  const last = useRef(data);
  if (isLookedUp) last.current = data;
  const known = (last.current?.people ?? []).filter(({ id }) => id !== except);
  return { offers: offersOf(known, name), isLookedUp };
}

/** Asks who somebody is: people whose names fit are offered while one types; another name is somebody new. */
export function PersonPicker({
  title,
  onClose,
  onChoose,
  except = null,
}: {
  title: string;
  onClose: () => void;
  onChoose: (chosen: Chosen) => void;
  /** Who is not offered: an id. */
  except?: string | null;
}): JSX.Element {
  const [text, setText] = useState('');
  // Nobody is chosen until somebody types or moves: an empty answer names nobody.
  const [at, setAt] = useState(-1);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const name = text.trim();
  useEffect(() => input.current?.focus(), []);
  const { offers, isLookedUp } = useOffers(name, except);
  const chosen = at < 0 || !isLookedUp ? undefined : offers[Math.min(at, offers.length - 1)];
  /** Was wanted before it was looked up. */
  const [wanted, setWanted] = useState<string | null>(null);
  useEffect(() => {
    if (chosen && wanted === name) onChoose(chosen.chosen);
  }, [wanted, isLookedUp]);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && offers.length > 0 && isLookedUp) {
      event.preventDefault();
      const from = at < 0 && step < 0 ? 0 : Math.min(at, offers.length - 1);
      setAt((from + step + offers.length) % offers.length);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" disabled={!chosen} onClick={() => chosen && onChoose(chosen.chosen)}>
            {chosen ? `This is ${chosen.label}` : 'This is…'}
          </Button>
        </>
      }
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) onChoose(chosen.chosen);
          else if (at >= 0) setWanted(name);
        }}
      >
        <input
          ref={input}
          class="input"
          role="combobox"
          aria-label="Name"
          aria-expanded="true"
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={chosen ? `${list}-${chosen.key}` : undefined}
          autocomplete="off"
          placeholder="Name"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setWanted(null);
            setAt(event.currentTarget.value.trim() === '' ? -1 : 0);
          }}
          onKeyDown={move}
        />
        <Offers id={list} offers={offers} chosen={chosen} onChoose={onChoose} />
        {offers.length === 0 && <p class="muted small">Type a name. Nobody is known yet.</p>}
      </form>
    </Dialog>
  );
}
