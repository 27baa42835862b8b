import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { UnknownGroup, UnknownsPage as Answer } from '../../src/api/unknowns/schema.ts';
import { ApiError } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Select } from '../kit/field.tsx';
import { formatCount, formatNumber } from '../kit/format.ts';
import { More } from '../kit/more.tsx';
import { Filters, Page } from '../kit/page.tsx';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { toast } from '../kit/toast.tsx';
import { useParam } from '../kit/use-param.ts';
import { useInfinite, useQuery } from '../kit/use-query.ts';
import { make, takeBack, tellFault, type Step } from './people/deeds.ts';
import './people/people.css';
import { GroupRow } from './unknowns/group-row.tsx';
import { Unsure } from './unknowns/unsure.tsx';

const views = ['groups', 'unsure'] as const;
const sorts = ['often', 'seen'] as const;

export function UnknownsPage(): JSX.Element {
  const [view] = useParam<(typeof views)[number]>('view', 'groups', views);
  const totals = useQuery<Answer>('/api/unknowns?limit=1', { topics: ['people'] });
  // Until all are compared, groups are still to come.
  useEffect(() => {
    if (!totals.data?.comparing) return undefined;
    const timer = setTimeout(totals.refetch, 700);
    return () => clearTimeout(timer);
  }, [totals.data]);
  return (
    <Page
      title="Unknowns"
      count={totals.data ? formatNumber(totals.data.unknowns) : null}
      about="Strangers whom the cameras know again, those who look alike together. Say who they are; it can be undone."
    >
      <Tabs
        label="Which questions"
        tabs={[
          { href: '/unknowns', label: 'Who is this?', count: totals.data?.groups ?? null, current: view === 'groups' },
          { href: '/unknowns?view=unsure', label: 'Is this …?', current: view === 'unsure' },
        ]}
      />
      {view === 'groups' ? <Groups totals={totals.data} /> : <Questions />}
    </Page>
  );
}

function Questions(): JSX.Element {
  return (
    <div class="stack">
      <p class="shortcuts">
        <Keys keys={['↓', '↑']} what="next, previous" />
        <Keys keys={['y']} what="yes" />
        <Keys keys={['n']} what="no" />
      </p>
      <Unsure />
    </div>
  );
}

const Keys = ({ keys, what }: { keys: readonly string[]; what: string }): JSX.Element => (
  <span>
    {keys.map((key) => (
      <kbd key={key}>{key}</kbd>
    ))}{' '}
    {what}
  </span>
);

function Groups({ totals }: { totals: Answer | undefined }): JSX.Element {
  const [sort, setSort] = useParam<(typeof sorts)[number]>('sort', 'often', sorts);
  const list = useInfinite<UnknownGroup>('/api/unknowns', { sort: sort === 'often' ? undefined : sort, limit: 50 }, { topics: ['people'] });
  const comparing = totals?.comparing ?? false;
  const wasComparing = useRef(false);
  useEffect(() => {
    if (wasComparing.current && !comparing) list.refetch();
    wasComparing.current = comparing;
  }, [comparing]);
  const answers = useAnswers(list.items, list.refetch);
  const { open, answered } = answers;
  useEffect(() => {
    if (open.length < 20 && list.more) list.loadMore();
  }, [open.length, list.more]);
  if (list.error && open.length === 0) return <ErrorState error={list.error} onRetry={list.refetch} />;
  if (!list.ready) return <Skeleton lines={6} block />;
  if (open.length === 0 && !list.more) {
    return (
      <Empty
        icon="check"
        title={answered > 0 ? 'Everybody has a name now' : 'Nobody waits for a name'}
        action={<Button href="/people">All people</Button>}
      >
        A stranger whose face a camera sees well enough appears here. Those who are seen most often come first.
      </Empty>
    );
  }
  return (
    <div class="stack">
      <Filters>
        <Select
          label="Sort by"
          inline
          value={sort}
          onChange={setSort}
          options={[
            { value: 'often', label: 'Seen most often' },
            { value: 'seen', label: 'Last seen' },
          ]}
        />
        <span class="muted small" role="status">
          {comparing ? 'Comparing faces…' : ''}
          {answered > 0 ? ` ${formatCount(answered, 'group')} answered` : ''}
        </span>
      </Filters>
      <Rows answers={answers} />
      <More list={list} />
    </div>
  );
}

/** The groups, and the keys that answer them. */
function Rows({ answers: { open, act, undoLast } }: { answers: ReturnType<typeof useAnswers> }): JSX.Element {
  const rows = useRef(new Map<string, HTMLLIElement>());
  const move = (id: string, step: 1 | -1): void => {
    const next = open[open.findIndex((group) => group.id === id) + step];
    if (next) rows.current.get(next.id)?.focus();
  };
  return (
    <>
      <p class="shortcuts">
        <Keys keys={['↓', '↑']} what="next, previous" />
        <span>type a name, </span>
        <Keys keys={['Enter']} what="names" />
        <Keys keys={['m']} what="merge the group" />
        <Keys keys={['n']} what="not the same" />
        <Keys keys={['i']} what="ignore" />
        <Keys keys={['u']} what="undo" />
      </p>
      <ul class="groups" aria-label="Unknown people">
        {open.map((group) => (
          <GroupRow
            key={group.id}
            group={group}
            rowRef={(element) => {
              if (element) rows.current.set(group.id, element);
              else rows.current.delete(group.id);
            }}
            act={(steps, done) => {
              if (done) move(group.id, open.at(-1)?.id === group.id ? -1 : 1);
              act(group.id, steps, done);
            }}
            onMove={(step) => move(group.id, step)}
            onUndo={undoLast}
          />
        ))}
      </ul>
    </>
  );
}

/** Answers are made one after the other, while the reader goes on: an answered group leaves the list at once, and returns if it fails or is undone. */
function useAnswers(groups: readonly UnknownGroup[], refetch: () => void) {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const made = useRef<{ id: string; entries: readonly string[]; summary: string }[]>([]);
  const bringBack = (id: string): void => setGone((before) => new Set([...before].filter((each) => each !== id)));
  const undo = async (deed: { id: string; entries: readonly string[]; summary: string }): Promise<void> => {
    const forget = (): void => {
      made.current = made.current.filter((each) => each !== deed);
    };
    try {
      await takeBack(deed.entries);
      forget();
      toast(`Undone: ${deed.summary}`);
      bringBack(deed.id);
    } catch (error) {
      tellFault(error);
      // It stands for good: the next undo is of what came before it.
      if (error instanceof ApiError && error.code === 'change-refused') forget();
    }
    refetch();
  };
  const act = (id: string, steps: readonly Step[], done: boolean): void => {
    if (steps.length === 0) return;
    if (done) setGone((before) => new Set([...before, id]));
    const run = async (): Promise<void> => {
      try {
        const { entries, summary } = await make(steps);
        const deed = { id, entries, summary };
        made.current.push(deed);
        toast(summary, { undoes: entries, undo: async () => undo(deed) });
      } catch (error) {
        bringBack(id);
        tellFault(error);
      }
      refetch();
    };
    queue.current = queue.current.then(run, run);
  };
  const undoLast = (): void => {
    const run = async (): Promise<void> => {
      const last = made.current.at(-1);
      if (last) await undo(last);
      else toast('There is nothing to undo on this page');
    };
    queue.current = queue.current.then(run, run);
  };
  return { open: groups.filter(({ id }) => !gone.has(id)), act, undoLast, answered: gone.size };
}
