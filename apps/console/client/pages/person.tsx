import type { JSX } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import type { PersonDetail } from '../../src/api/people/schema.ts';
import { withParams } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Badge, Stat, Stats } from '../kit/card.tsx';
import { Face } from '../kit/face.tsx';
import { formatCount, formatNumber, unitOf } from '../kit/format.ts';
import { Menu, type MenuItem } from '../kit/menu.tsx';
import { Page } from '../kit/page.tsx';
import { personPage } from '../kit/place.ts';
import { useMay } from '../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { Time } from '../kit/time.tsx';
import { useParam } from '../kit/use-param.ts';
import { useQuery } from '../kit/use-query.ts';
import { changePerson, faceAddress, makeAndTell } from './people/deeds.ts';
import { useForget } from './people/forget.tsx';
import { MergeDialog } from './people/merge-dialog.tsx';
import './people/people.css';
import { AliasesDialog, NameDialog } from './person/dialogs.tsx';
import { Faces } from './person/faces.tsx';
import { History } from './person/history.tsx';
import { Overview } from './person/overview.tsx';
import { Privacy } from './person/privacy.tsx';
import { Timeline } from './person/timeline.tsx';

const tabs = ['overview', 'sightings', 'faces', 'history', 'privacy'] as const;
type TabName = (typeof tabs)[number];

export function PersonPage(): JSX.Element {
  const { params } = useRoute();
  const { route, query } = useLocation();
  const id = params['id'] ?? '';
  const person = useQuery<PersonDetail>(personApi(id), { topics: ['people'] });
  const { data, error } = person;
  // Somebody who was merged has another address now.
  useEffect(() => {
    if (data && data.id !== id) route(withParams(personPage(data.id), query), true);
  }, [data?.id, id]);
  // No id is as long as some that can be typed.
  if (error?.code === 'person-not-found' || error?.code === 'request-malformed') {
    return (
      <Page title="Person">
        <Empty icon="people" title="Nobody is here" action={<Button href="/people">All people</Button>}>
          This person was forgotten, or the address is wrong.
        </Empty>
      </Page>
    );
  }
  if (!data)
    return <Page title="Person">{error ? <ErrorState error={error} onRetry={person.refetch} /> : <Skeleton lines={6} block />}</Page>;
  return <Known key={data.id} person={data} onChange={person.refetch} />;
}

const personApi = (id: string): string => `/api/people/${encodeURIComponent(id)}`;

function Known({ person, onChange }: { person: PersonDetail; onChange: () => void }): JSX.Element {
  const [tab] = useParam<TabName>('tab', 'overview', tabs);
  const { id, name, status, lastSeen } = person;
  const labels: Record<TabName, string> = {
    overview: 'Overview',
    sightings: 'Sightings',
    faces: 'Faces',
    history: 'History',
    privacy: 'Privacy',
  };
  const counts: Partial<Record<TabName, number>> = { faces: person.references.length + person.negatives.length };
  return (
    <Page
      title={name}
      back={{ href: '/people', label: 'People' }}
      lead={<Face src={faceAddress(person.face)} name={name} size="l" />}
      about={<About person={person} />}
      actions={<Deeds person={person} onChange={onChange} />}
    >
      <div class="stack">
        <Stats>
          <Stat
            label="Last seen"
            value={lastSeen ? <Time at={lastSeen.atMs} /> : 'not lately'}
            {...(lastSeen?.camera ? { unit: lastSeen.camera } : {})}
          />
          <Stat label="Sightings kept" value={formatNumber(person.sightings)} />
          <Stat
            label="Faces"
            value={formatNumber(person.faces)}
            {...(person.negatives.length > 0
              ? {
                  unit: `and ${formatNumber(person.negatives.length)} that ${unitOf(person.negatives.length, 'is', 'are')} not ${status === 'named' ? name : 'this person'}`,
                }
              : {})}
          />
        </Stats>
        <Tabs
          label={`About ${name}`}
          tabs={tabs.map((each) => ({
            href: withParams(personPage(id), { tab: each === 'overview' ? undefined : each }),
            label: labels[each],
            count: counts[each] ?? null,
            current: each === tab,
          }))}
        />
        {tab === 'overview' && <Overview person={person} onChange={onChange} />}
        {tab === 'sightings' && <Timeline person={person} />}
        {tab === 'faces' && <Faces person={person} onChange={onChange} />}
        {tab === 'history' && <History person={person} />}
        {tab === 'privacy' && <Privacy person={person} />}
      </div>
    </Page>
  );
}

function About({ person }: { person: PersonDetail }): JSX.Element {
  const { status, aliases, number, formerNumbers, notSame, createdAtMs } = person;
  const numbers = [...(number !== null && status === 'named' ? [number] : []), ...formerNumbers];
  return (
    <span class="stack tight">
      <span class="row">
        {status === 'ignored' && <Badge>ignored: recognised, never reported</Badge>}
        {status === 'unknown' && <Badge tone="warn">waits for a name</Badge>}
        {aliases.map((alias) => (
          <Badge key={alias}>{alias}</Badge>
        ))}
        <span class="small">
          known since <Time at={createdAtMs} as="day" />
          {numbers.length > 0 && ` · was Unknown ${numbers.join(', ')}`}
        </span>
      </span>
      {notSame.length > 0 && (
        <span class="small">
          not the same as{' '}
          {notSame.slice(0, 5).map(({ id, name }, index) => (
            <>
              {index > 0 && ', '}
              <a key={id} href={personPage(id)}>
                {name}
              </a>
            </>
          ))}
          {notSame.length > 5 && ` and ${formatCount(notSame.length - 5, 'other')}`}
        </span>
      )}
    </span>
  );
}

/** What can be done with the person. */
function Deeds({ person, onChange }: { person: PersonDetail; onChange: () => void }): JSX.Element | null {
  const [dialog, setDialog] = useState<'name' | 'aliases' | 'merge' | null>(null);
  const { route } = useLocation();
  const forget = useForget(person);
  const mayEdit = useMay('editor');
  const mayForget = useMay('admin');
  const { id, status } = person;
  if (!mayEdit) return null;
  const close = (): void => setDialog(null);
  const ignored = status === 'ignored';
  const items: MenuItem[] = [
    { label: 'Other names…', icon: 'plus', onSelect: () => setDialog('aliases') },
    {
      label: ignored ? 'Report again' : 'Ignore: never report',
      icon: ignored ? 'eye' : 'eye-off',
      onSelect: () => void makeAndTell([changePerson(id, ignored ? 'unignore' : 'ignore')], onChange),
    },
    ...(mayForget ? [{ label: 'Forget…', icon: 'trash' as const, danger: true, onSelect: forget }] : []),
  ];
  return (
    <>
      <Button icon="edit" tone={status === 'unknown' ? 'primary' : undefined} onClick={() => setDialog('name')}>
        {status === 'unknown' ? 'Name' : 'Rename'}
      </Button>
      <Button icon="merge" onClick={() => setDialog('merge')}>
        Merge…
      </Button>
      <Menu label={`More about ${person.name}`} items={items} />
      {dialog === 'name' && <NameDialog person={person} onClose={close} onDone={onChange} />}
      {dialog === 'aliases' && <AliasesDialog person={person} onClose={close} onDone={onChange} />}
      {dialog === 'merge' && (
        <MergeDialog
          persons={[person]}
          onClose={close}
          onDone={(kept) => {
            if (kept !== null && kept !== id) route(personPage(kept));
            else onChange();
          }}
        />
      )}
    </>
  );
}
