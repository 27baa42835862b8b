import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ConsentOfPerson, PersonDetail } from '../../../src/api/people/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { invalidate } from '../../kit/cache.ts';
import { Badge, Card, Facts, Notice, type Tone } from '../../kit/card.tsx';
import { Select, TextField } from '../../kit/field.tsx';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, Loaded } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, useQuery } from '../../kit/use-query.ts';
import { ForgetButton } from '../people/forget.tsx';

type State = ConsentOfPerson['state'];

const words: Record<State, string> = {
  unknown: 'nothing noted',
  asked: 'asked, no answer yet',
  given: 'given',
  withdrawn: 'withdrawn',
};
const tones: Record<State, Tone> = { unknown: 'plain', asked: 'warn', given: 'ok', withdrawn: 'danger' };
const choices = (['asked', 'given', 'withdrawn'] as const).map((value) => ({ value, label: words[value] }));
type Noted = (typeof choices)[number]['value'];

/** What somebody may ask for: whether they consent, what is kept of them, and to be forgotten. */
export function Privacy({ person }: { person: PersonDetail }): JSX.Element {
  const mayEdit = useMay('editor');
  if (!mayEdit) {
    return (
      <Empty icon="lock" title="Only editors and admins see this">
        It says whether {person.name} consents, and gives out what is kept.
      </Empty>
    );
  }
  return (
    <div class="person-columns">
      <Consent key={person.id} person={person} />
      <div class="stack">
        <Export person={person} />
        <Forgetting person={person} />
      </div>
    </div>
  );
}

function Consent({ person }: { person: PersonDetail }): JSX.Element {
  const consent = useQuery<ConsentOfPerson>(consentApi(person.id), { topics: ['people'] });
  return (
    <Card title="Consent" actions={consent.data && <Badge tone={tones[consent.data.state]}>{words[consent.data.state]}</Badge>}>
      <Loaded query={consent}>
        {(data) => (
          <div class="stack">
            <Noted consent={data} person={person} />
            <Note key={String(data.atMs)} consent={data} person={person} />
          </div>
        )}
      </Loaded>
    </Card>
  );
}

const consentApi = (id: string): string => `/api/people/${encodeURIComponent(id)}/consent`;

function Noted({
  consent: { state, atMs, by, note, isRequired },
  person,
}: {
  consent: ConsentOfPerson;
  person: PersonDetail;
}): JSX.Element {
  return (
    <>
      {isRequired && state !== 'given' && (
        <Notice tone="warn">
          The name of {person.name} is not shown, as they have not consented and <code>REQUIRE_CONSENT</code> is set.
        </Notice>
      )}
      {state === 'unknown' || atMs === null ? (
        <p class="muted">
          Nobody has noted yet whether {person.name} was asked.
          {isRequired ? '' : ' Names are shown all the same: REQUIRE_CONSENT is not set.'}
        </p>
      ) : (
        <Facts
          facts={[
            ['Since', <Time key="since" at={atMs} as="moment" />],
            ['Noted by', by === null ? '–' : actorText(by)],
            ['Note', note ?? <span class="faint">none</span>],
          ]}
        />
      )}
    </>
  );
}

/** Notes what somebody said. What was noted before can be noted again; that nothing was cannot. */
function Note({ consent, person }: { consent: ConsentOfPerson; person: PersonDetail }): JSX.Element {
  const [state, setState] = useState<Noted>(consent.state === 'unknown' || consent.state === 'withdrawn' ? 'asked' : 'given');
  const [note, setNote] = useState('');
  const path = consentApi(person.id);
  const put = async (body: { state: Noted; note: string | null }): Promise<ConsentOfPerson> => api.put(path, body);
  const save = useMutation(put, {
    invalidates: [path],
    done: (saved) => {
      const { state: before, note: noteBefore } = consent;
      const undo = before === 'unknown' ? null : async () => put({ state: before, note: noteBefore }).finally(() => invalidate(path));
      toast(`Noted for ${person.name}: ${words[saved.state]}`, { undo });
    },
  });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run({ state, note: note.trim() || null });
      }}
    >
      <Select label="What to note" value={state} options={choices} onChange={setState} />
      <TextField
        label="Note"
        hint="Where the paper is, or how it was said. At most 500 characters."
        value={note}
        onInput={setNote}
        maxLength={500}
        autocomplete="off"
      />
      <span>
        <Button type="submit" tone="primary" busy={save.busy}>
          Note it
        </Button>
      </span>
    </form>
  );
}

function Export({ person }: { person: PersonDetail }): JSX.Element {
  const mayExport = useMay('admin');
  return (
    <Card title="What is kept">
      <div class="stack tight">
        <p>
          Everything that is kept about {person.name}, to be given to them: JSON and pictures in one zip file. The log notes who took it.
        </p>
        {mayExport ? (
          <span>
            <a class="button" href={`/api/people/${encodeURIComponent(person.id)}/export`} download>
              Export as zip
            </a>
          </span>
        ) : (
          <p class="muted small">Only admins can export it.</p>
        )}
      </div>
    </Card>
  );
}

function Forgetting({ person }: { person: PersonDetail }): JSX.Element {
  const mayForget = useMay('admin');
  return (
    <Card title="Being forgotten">
      <div class="stack tight">
        <p>
          Erases {person.name} everywhere. A <a href="/system?tab=receipts">receipt</a> counts what was found and erased in each place, and
          is verified by looking again; it names nobody.
        </p>
        {mayForget ? (
          <span>
            <ForgetButton person={person} />
          </span>
        ) : (
          <p class="muted small">Only admins can do this.</p>
        )}
      </div>
    </Card>
  );
}
