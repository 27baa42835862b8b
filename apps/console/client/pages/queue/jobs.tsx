import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChangedAnswer, FailuresAnswer, JobRow, QueueAnswer } from '../../../src/api/queue/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Card } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { Select } from '../../kit/field.tsx';
import { formatCount, formatNumber } from '../../kit/format.ts';
import { More } from '../../kit/more.tsx';
import { Filters } from '../../kit/page.tsx';
import { useMay } from '../../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../../kit/states.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { toast } from '../../kit/toast.tsx';
import { useParam, useTextParam } from '../../kit/use-param.ts';
import { useInfinite, useMutation, useQuery, type Infinite } from '../../kit/use-query.ts';
import { JobDialog } from './job-dialog.tsx';
import { JobTable } from './job-table.tsx';

const states = ['failed', 'waiting', 'delayed', 'active'] as const;
type State = (typeof states)[number];
/** So many the API takes by their ids. */
const mostIds = 200;
const labels: Record<State, string> = { failed: 'Failed', waiting: 'Waiting', delayed: 'For later', active: 'Running' };

type Choice = { ids: string[] } | { all: true; kind?: string | undefined; code?: string | undefined };

/** Jobs in one state; the failed ones can be tried again, or dropped. */
export function Jobs({ queue: { kinds } }: { queue: QueueAnswer }): JSX.Element {
  const [state] = useParam('state', 'failed', states);
  const [kind, setKind] = useTextParam('kind');
  const [code, setCode] = useTextParam('code');
  const [job, setJob] = useTextParam('job');
  const [picked, setPicked] = useState<readonly string[]>([]);
  const isFailed = state === 'failed';
  const filter = { kind: kind || undefined, code: isFailed && code ? code : undefined };
  const jobs = useInfinite<JobRow>('/api/queue/jobs', { state, ...filter }, { topics: ['queue'] });
  useEffect(() => setPicked([]), [state, kind, code]);
  // Somebody else may have dropped some of them, or they have been done.
  const listed = jobs.items.map(({ id }) => id);
  const chosen = picked.filter((id) => listed.includes(id));
  const count = (of: State): number => kinds.reduce((sum, each) => sum + (kind && each.kind !== kind ? 0 : each[of]), 0);
  const tabs = states.map((each) => ({
    href: withParams('/queue', { state: each === 'failed' ? undefined : each, kind: kind || undefined }),
    label: labels[each],
    count: count(each),
    current: each === state,
  }));
  const kindOptions = [{ value: '', label: 'All kinds' }, ...kinds.map((each) => ({ value: each.kind, label: each.kind }))];
  return (
    <Card title="Jobs" flush>
      <div class="queue-jobs">
        <Tabs label="Jobs by state" tabs={tabs} />
        <Filters label="Filter jobs">
          <Select inline label="Kind" value={kind} options={kindOptions} onChange={setKind} />
          {isFailed && <Codes kind={kind} code={code} onChange={setCode} />}
          {isFailed && (
            <Deeds chosen={chosen} filter={filter} total={count('failed')} whole={jobs.more ? null : listed} onDone={() => setPicked([])} />
          )}
        </Filters>
        <List
          jobs={jobs}
          state={state}
          isFiltered={Boolean(filter.kind ?? filter.code)}
          chosen={isFailed ? chosen : null}
          onChoose={setPicked}
          onOpen={(id) => setJob(id, { push: true })}
        />
      </div>
      {job && <JobDialog id={job} onClose={() => setJob('')} />}
    </Card>
  );
}

function List({
  jobs,
  state,
  isFiltered,
  chosen,
  onChoose,
  onOpen,
}: {
  jobs: Infinite<JobRow>;
  state: State;
  isFiltered: boolean;
  chosen: readonly string[] | null;
  onChoose: (ids: readonly string[]) => void;
  onOpen: (id: string) => void;
}): JSX.Element {
  if (jobs.error && jobs.items.length === 0) return <ErrorState error={jobs.error} onRetry={jobs.refetch} />;
  if (!jobs.ready) return <Skeleton lines={4} />;
  if (jobs.items.length === 0) return <NoJobs state={state} isFiltered={isFiltered} />;
  return (
    <>
      <JobTable jobs={jobs.items} chosen={chosen} onChoose={onChoose} onOpen={onOpen} />
      <More list={jobs} />
    </>
  );
}

function NoJobs({ state, isFiltered }: { state: State; isFiltered: boolean }): JSX.Element {
  if (isFiltered)
    return (
      <Empty icon="queue" title="No job fits">
        Choose another kind or reason above.
      </Empty>
    );
  const said: Record<State, string> = {
    failed: 'Those that did were done since, were dropped, or are older than seven days.',
    waiting: 'Everything has been taken: new jobs are done at once.',
    delayed: 'No job waits for a later time.',
    active: 'No worker has anything to do at this moment.',
  };
  return (
    <Empty icon="check" title={state === 'failed' ? 'No failed job is kept' : `No jobs are ${labels[state].toLowerCase()}`}>
      {said[state]}
    </Empty>
  );
}

/** Why jobs have failed; the most frequent reasons first. */
function Codes({ kind, code, onChange }: { kind: string; code: string; onChange: (code: string) => void }): JSX.Element {
  const path = withParams('/api/queue/failures', { kind: kind || undefined });
  const { data } = useQuery<FailuresAnswer>(path, { topics: ['queue'], keep: true });
  const found = (data?.codes ?? []).flatMap((each) =>
    each.code === null ? [] : [{ value: each.code, label: `${each.code} (${formatNumber(each.count)})` }],
  );
  const own = code && !found.some(({ value }) => value === code) ? [{ value: code, label: code }] : [];
  return (
    <Select inline label="Reason" value={code} options={[{ value: '', label: 'All reasons' }, ...found, ...own]} onChange={onChange} />
  );
}

/**
 * Tries failed jobs again, or drops them: those that are chosen, else all that the filter shows. `whole`: the ids of all of them, where the
 * page has them; then what fails while somebody thinks about it is not dropped with them.
 */
function Deeds({
  chosen,
  filter,
  total,
  whole,
  onDone,
}: {
  chosen: readonly string[];
  filter: { kind: string | undefined; code: string | undefined };
  total: number;
  whole: readonly string[] | null;
  onDone: () => void;
}): JSX.Element | null {
  const mayRetry = useMay('editor');
  const mayDrop = useMay('admin');
  const options = { invalidates: ['/api/queue'], done: onDone };
  const retry = useMutation(async (choice: Choice) => api.post<ChangedAnswer>('/api/queue/retry', choice), options);
  const drop = useMutation(async (choice: Choice) => api.post<ChangedAnswer>('/api/queue/drop', choice), options);
  if (total === 0 && chosen.length === 0) return null;
  const ids = chosen.length > 0 ? chosen : whole !== null && whole.length === total && total <= mostIds ? whole : null;
  const choice: Choice = ids === null ? { all: true, ...filter } : { ids: [...ids] };
  const which =
    chosen.length > 0
      ? formatCount(chosen.length, 'job')
      : filter.code
        ? `all with ${filter.code}`
        : `${total > 1 ? 'all ' : ''}${formatCount(total, 'job')}`;
  const run = async (what: 'retry' | 'drop'): Promise<void> => {
    const question =
      what === 'drop'
        ? { title: `Drop ${which}?`, body: 'They are gone for good: nobody can try them again.', action: 'Drop', danger: true }
        : { title: `Try ${which} again?`, body: 'They go back into the queue with all their attempts.', action: 'Try again' };
    if ((what === 'drop' || chosen.length === 0) && !(await confirm(question))) return;
    const answer = await (what === 'drop' ? drop : retry).run(choice);
    if (answer) toast(saidOf(answer, what));
  };
  return (
    <>
      <span class="grow" />
      {mayRetry && (
        <Button icon="refresh" busy={retry.busy} onClick={() => void run('retry')}>
          Retry {which}
        </Button>
      )}
      {mayDrop && (
        <Button icon="trash" tone="danger" busy={drop.busy} onClick={() => void run('drop')}>
          Drop {which}
        </Button>
      )}
    </>
  );
}

function saidOf({ done, refused, isCut }: ChangedAnswer, what: 'retry' | 'drop'): string {
  const left = refused.length === 0 ? '' : `; ${formatCount(refused.length, 'other')} had changed meanwhile`;
  return `${formatCount(done, 'job')} ${what === 'retry' ? 'put back into the queue' : 'dropped'}${left}${isCut ? '; there was no time for the others: do it again' : ''}`;
}
