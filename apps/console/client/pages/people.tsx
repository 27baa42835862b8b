import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PeoplePage as Answer, PersonRow } from '../../src/api/people/schema.ts';
import { withParams } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { SearchField, Select } from '../kit/field.tsx';
import { formatNumber } from '../kit/format.ts';
import { More } from '../kit/more.tsx';
import { Filters, Page } from '../kit/page.tsx';
import { useMay } from '../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { useParam } from '../kit/use-param.ts';
import { useInfinite, useQuery, type Infinite } from '../kit/use-query.ts';
import { Virtual } from '../kit/virtual.tsx';
import { changePerson, makeAndTell } from './people/deeds.ts';
import { forget } from './people/forget.tsx';
import { MergeDialog } from './people/merge-dialog.tsx';
import './people/people.css';
import { PersonCard } from './people/person-card.tsx';

const statuses = ['all', 'named', 'unknown', 'ignored'] as const;
const sorts = ['seen', 'often', 'name'] as const;
/** What is searched for; empty: nothing. */
const everything: string = '';
const labels = { all: 'Everybody', named: 'Named', unknown: 'Unknown', ignored: 'Ignored' } as const;

const nameUnknowns = (
  <Button href="/unknowns" icon="unknown">
    Name unknowns
  </Button>
);

export function PeoplePage(): JSX.Element {
  const [q, setQ] = useParam('q', everything);
  const [status] = useParam<(typeof statuses)[number]>('status', 'all', statuses);
  const [sort, setSort] = useParam<(typeof sorts)[number]>('sort', 'seen', sorts);
  const filter = { q, status: status === 'all' ? undefined : status, sort: sort === 'seen' ? undefined : sort };
  const list = useInfinite<PersonRow>('/api/people', { ...filter, limit: 120 }, { topics: ['people'] });
  const totals = useQuery<Answer>(withParams('/api/people', { ...filter, limit: 1 }), { topics: ['people'], keep: true }).data;
  const [chosen, setChosen] = useState<ReadonlyMap<string, PersonRow>>(new Map());
  const mayEdit = useMay('editor');
  const choose = (person: PersonRow, isChosen: boolean): void => {
    const next = new Map(chosen);
    if (isChosen) next.set(person.id, person);
    else next.delete(person.id);
    setChosen(next);
  };
  const found = totals?.found ?? list.items.length;
  const clear = (): void => {
    setChosen(new Map());
    list.refetch();
  };
  return (
    <Page
      title="People"
      count={totals ? formatNumber(totals.counts.all) : null}
      about="Everybody whom the cameras have met: those with a name, and those who wait for one."
      actions={totals?.counts.unknown === 0 ? null : nameUnknowns}
    >
      <Tabs
        label="Which people"
        tabs={statuses.map((each) => ({
          href: withParams('/people', { q, sort: filter.sort, status: each === 'all' ? undefined : each }),
          label: labels[each],
          count: totals?.counts[each] ?? null,
          current: each === status,
        }))}
      />
      <Filters>
        <SearchField label="Search by name, alias or number" value={q} onSearch={setQ} />
        <Select
          label="Sort by"
          inline
          value={sort}
          onChange={setSort}
          options={[
            { value: 'seen', label: 'Last seen' },
            { value: 'often', label: 'Seen most often' },
            { value: 'name', label: 'Name' },
          ]}
        />
        {q !== '' && totals && <span class="muted small number">{formatNumber(totals.found)} found</span>}
      </Filters>
      <State list={list} q={q} status={status} />
      {list.items.length > 0 && (
        <Virtual
          label="People"
          count={list.items.length}
          total={found}
          rowHeight={124}
          minColumnWidth={290}
          itemKey={(index) => list.items[index]?.id ?? String(index)}
          item={(index) => {
            const person = list.items[index];
            if (!person) return null;
            const onChoose = mayEdit ? (isChosen: boolean): void => choose(person, isChosen) : null;
            return <PersonCard person={person} chosen={chosen.has(person.id)} onChoose={onChoose} />;
          }}
          onEnd={list.error ? undefined : list.loadMore}
          onShow={list.show}
        />
      )}
      <More list={list} label={null} />
      {chosen.size > 0 && <ChosenBar people={[...chosen.values()]} onClear={clear} />}
    </Page>
  );
}

/** What can be done with those who are chosen. */
function ChosenBar({ people, onClear }: { people: readonly PersonRow[]; onClear: () => void }): JSX.Element {
  const [merging, setMerging] = useState(false);
  const mayForget = useMay('admin');
  const ignored = people.every(({ status }) => status === 'ignored');
  const ignore = async (): Promise<void> => {
    const wanted = people.filter(({ status }) => (status === 'ignored') === ignored);
    await makeAndTell(
      wanted.map(({ id }) => changePerson(id, ignored ? 'unignore' : 'ignore')),
      onClear,
    );
  };
  return (
    <div class="chosen-bar" role="region" aria-label="Selected people">
      <strong class="number">{formatNumber(people.length)} selected</strong>
      <span class="grow" />
      <Button size="small" icon="merge" disabled={people.length < 2} onClick={() => setMerging(true)}>
        Merge
      </Button>
      <Button size="small" icon={ignored ? 'eye' : 'eye-off'} onClick={() => void ignore()}>
        {ignored ? 'Report again' : 'Ignore'}
      </Button>
      {mayForget && (
        <Button size="small" icon="trash" tone="danger" onClick={() => void forget(people, onClear)}>
          Forget
        </Button>
      )}
      <Button size="small" tone="quiet" icon="close" onClick={onClear}>
        Clear
      </Button>
      {merging && <MergeDialog persons={people} onClose={() => setMerging(false)} onDone={onClear} />}
    </div>
  );
}

/** What is there instead of a list. */
function State({ list, q, status }: { list: Infinite<PersonRow>; q: string; status: (typeof statuses)[number] }): JSX.Element | null {
  if (list.items.length > 0) return null;
  if (list.error) return <ErrorState error={list.error} onRetry={list.refetch} />;
  return list.ready ? <Nobody q={q} status={status} /> : <Skeleton lines={6} block />;
}

function Nobody({ q, status }: { q: string; status: (typeof statuses)[number] }): JSX.Element {
  if (q !== '')
    return (
      <Empty icon="search" title={`Nobody fits “${q}”`}>
        Search by a name, an alias or the number of an unknown. Accents and capitals do not matter.
      </Empty>
    );
  if (status === 'ignored')
    return (
      <Empty icon="eye-off" title="Nobody is ignored">
        Whoever is ignored is recognised but never reported: neighbours, or the people who live here.
      </Empty>
    );
  if (status === 'unknown')
    return (
      <Empty icon="check" title="Everybody has a name">
        Strangers appear here when a camera sees their face well enough to know it again.
      </Empty>
    );
  return (
    <Empty icon="people" title="Nobody has been seen yet">
      Post a camera’s picture to a channel that watchpost reads. Whoever it shows appears here as “Unknown 1” and waits for a name.
    </Empty>
  );
}
