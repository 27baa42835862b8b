import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PersonDetail } from '../../../src/api/people/schema.ts';
import { ApiError } from '../../kit/api.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { changePerson, make, makeAndTell, takeBack, tellFault } from '../people/deeds.ts';
import { toast } from '../../kit/toast.tsx';

/** Gives the person a name. Somebody who has the name already is offered for a merge by the page. */
export function NameDialog({ person, onClose, onDone }: { person: PersonDetail; onClose: () => void; onDone: () => void }): JSX.Element {
  const [name, setName] = useState(person.status === 'unknown' ? '' : person.name);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const deed = await make([changePerson(person.id, 'name', { to: name, from: person.name })]);
      toast(deed.summary, { undoes: deed.entries, undo: async () => takeBack(deed.entries).then(onDone, tellFault) });
      onDone();
      onClose();
    } catch (error) {
      setFault(
        error instanceof ApiError
          ? `${error.message}${error.code === 'name-taken' ? ': merge the two if they are one' : ''}`
          : String(error),
      );
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={person.status === 'unknown' ? `Who is ${person.name}?` : `Rename ${person.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" busy={busy} disabled={name.trim() === ''} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && !busy) void save();
        }}
      >
        <TextField
          label="Name"
          value={name}
          onInput={setName}
          fault={fault}
          autofocus
          autocomplete="off"
          hint="Earlier posts and pictures get the name, too."
        />
      </form>
    </Dialog>
  );
}

/** The other names by which the person is found. */
export function AliasesDialog({ person, onClose, onDone }: { person: PersonDetail; onClose: () => void; onDone: () => void }): JSX.Element {
  const [alias, setAlias] = useState('');
  const change = async (body: { alias: string; remove: boolean }): Promise<void> => {
    const deed = await makeAndTell([changePerson(person.id, 'aliases', body)], onDone);
    if (deed && !body.remove) setAlias('');
  };
  return (
    <Dialog title={`Other names of ${person.name}`} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <div class="stack">
        {person.aliases.length === 0 ? (
          <p class="muted">None yet. Whoever types one of them, here or in chat, finds {person.name}.</p>
        ) : (
          <ul class="stack tight">
            {person.aliases.map((each) => (
              <li key={each} class="row between">
                <span>{each}</span>
                <IconButton icon="trash" label={`Remove ${each}`} size="small" onClick={() => void change({ alias: each, remove: true })} />
              </li>
            ))}
          </ul>
        )}
        <form
          class="stack tight"
          onSubmit={(event) => {
            event.preventDefault();
            if (alias.trim() !== '') void change({ alias, remove: false });
          }}
        >
          <TextField label="Another name" value={alias} onInput={setAlias} autocomplete="off" autofocus />
          <span>
            <Button type="submit" icon="plus" disabled={alias.trim() === ''}>
              Add
            </Button>
          </span>
        </form>
      </div>
    </Dialog>
  );
}
