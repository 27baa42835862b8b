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
  const [at, setAt] = useState(0);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const { data } = useQuery<Known>(withParams('/api/names', { text: text.trim() }), { keep: true });
  useEffect(() => input.current?.focus(), []);
  const name = text.trim();
  const known = (data?.people ?? []).filter(({ id }) => id !== except);
  const isNew = name !== '' && !known.some((person) => same(person.name, name));
  const offers: { key: string; label: string; note: string; chosen: Chosen }[] = [
    ...known.map((person) => ({
      key: person.id,
      label: person.name,
      note: person.status === 'named' ? '' : person.status,
      chosen: { id: person.id },
    })),
    ...(isNew ? [{ key: 'new', label: name, note: 'somebody new', chosen: { name } }] : []),
  ];
  const chosen = offers[Math.min(at, offers.length - 1)];
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && offers.length > 0) {
      event.preventDefault();
      setAt((Math.min(at, offers.length - 1) + step + offers.length) % offers.length);
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
            setAt(0);
          }}
          onKeyDown={move}
        />
        <ul class="offers" role="listbox" id={list} aria-label="People">
          {offers.map((offer) => (
            <li
              key={offer.key}
              id={`${list}-${offer.key}`}
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
        {offers.length === 0 && <p class="muted small">Type a name. Nobody is known yet.</p>}
      </form>
    </Dialog>
  );
}
