import type { JSX } from 'preact';
import type { ScheduleAnswer, ScheduledJobRow } from '../../src/api/schedule/schema.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Badge, Card, Notice, type Tone } from '../kit/card.tsx';
import { formatAgo, formatCount, formatDuration, formatExact } from '../kit/format.ts';
import { Page } from '../kit/page.tsx';
import { useMay } from '../kit/session.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { Time, useNow } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { useTextParam } from '../kit/use-param.ts';
import { useMutation, useQuery } from '../kit/use-query.ts';
import { CollectionDialog } from './schedule/collection-dialog.tsx';
import './schedule/schedule.css';

export function SchedulePage(): JSX.Element {
  const schedule = useQuery<ScheduleAnswer>('/api/schedule', { topics: ['schedule', 'queue'] });
  const [open, setOpen] = useTextParam('job');
  return (
    <Page title="Schedule" about="Jobs that run again and again, as their file says: when they run, and what came of it.">
      <Loaded query={schedule}>
        {(data) => (
          <div class="stack">
            <Faults faults={data.faults} />
            {data.jobs.length > 0 && <Waiting waitsFor={data.waitsFor} />}
            {data.jobs.length === 0 ? (
              <NoJobs hasFile={data.hasFile} />
            ) : (
              <JobTable jobs={data.jobs} waitsFor={data.waitsFor} onOpen={(name) => setOpen(name, { push: true })} />
            )}
          </div>
        )}
      </Loaded>
      {open && <CollectionDialog name={open} onClose={() => setOpen('')} />}
    </Page>
  );
}

const waits: Record<NonNullable<ScheduleAnswer['waitsFor']>, { why: string; until: string }> = {
  resume: {
    why: 'The kind scheduled is paused: no job runs until somebody resumes it on the page Queue.',
    until: 'it runs once the kind scheduled is resumed',
  },
  worker: { why: 'No worker is running: no job runs until one does.', until: 'it runs once a worker is running' },
  queue: {
    why: 'The queue does not answer: nobody can tell whether jobs run.',
    until: 'it runs once the queue answers and a worker takes it',
  },
};

function Waiting({ waitsFor }: Pick<ScheduleAnswer, 'waitsFor'>): JSX.Element | null {
  return waitsFor && <Notice tone="warn">{waits[waitsFor].why}</Notice>;
}

function Faults({ faults }: { faults: string[] }): JSX.Element | null {
  if (faults.length === 0) return null;
  return (
    <Notice tone="danger">
      <strong>The file has faults: what it said before stays in force.</strong>
      <ul>
        {faults.map((fault) => (
          <li key={fault} class="schedule-fault">
            {fault}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function NoJobs({ hasFile }: { hasFile: boolean }): JSX.Element {
  return (
    <Empty icon="schedule" title="There are no jobs on a schedule">
      {hasFile
        ? 'The file that SCHEDULE_FILE names has none. docs/schedule.md shows what they can do.'
        : 'Write them into a file, and set SCHEDULE_FILE for the worker and for this console. docs/schedule.md shows what they can do.'}
    </Empty>
  );
}

/** `every 10 min`, or the cron pattern. */
function timesOf({ times }: ScheduledJobRow): JSX.Element | string {
  const [, ms] = /^every (\d+)$/.exec(times) ?? [];
  return ms === undefined ? <code>{times}</code> : `every ${formatDuration(Number(ms))}`;
}

function JobTable({ jobs, waitsFor, onOpen }: Pick<ScheduleAnswer, 'jobs' | 'waitsFor'> & { onOpen: (name: string) => void }): JSX.Element {
  const mayRun = useMay('editor');
  const start = useMutation(async (name: string) => api.post(`/api/schedule/${name}/run`), { invalidates: ['/api/schedule'] });
  const run = async (name: string): Promise<void> => {
    if (await start.run(name)) toast(`${name} is queued: ${waitsFor === null ? 'a worker runs it now' : waits[waitsFor].until}`);
  };
  const columns: Column<ScheduledJobRow>[] = [
    {
      id: 'name',
      label: 'Job',
      cell: (job) => (
        <div>
          <strong>{job.name}</strong>
          <div class="small muted">
            {timesOf(job)} · {job.timeZone}
          </div>
        </div>
      ),
    },
    { id: 'next', label: 'Next', cell: ({ nextAtMs }) => (nextAtMs === null ? <span class="faint">never</span> : <Next at={nextAtMs} />) },
    { id: 'last', label: 'Last run', cell: ({ last }) => <LastRun last={last} /> },
    {
      id: 'does',
      label: 'Does',
      cell: ({ reads, tells }) => (
        <div class="small">
          reads {reads}
          <div class="muted">{tells.length === 0 ? 'tells nobody' : `tells ${tells.join(', ')}`}</div>
        </div>
      ),
    },
    {
      id: 'deeds',
      label: 'Actions',
      quiet: true,
      end: true,
      cell: ({ name, collection }) => (
        <span class="row schedule-deeds">
          {collection !== null && (
            <Button size="small" onClick={() => onOpen(name)}>
              Collected<span class="visually-hidden"> by {name}</span>
            </Button>
          )}
          {mayRun && (
            <Button size="small" icon="play" busy={start.busy} onClick={() => void run(name)}>
              Run now<span class="visually-hidden">: {name}</span>
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <Card flush>
      <Table label="Jobs on a schedule" rows={jobs} rowKey={({ name }) => name} columns={columns} />
    </Card>
  );
}

function Next({ at }: { at: number }): JSX.Element {
  const nowMs = useNow();
  const waitMs = at - nowMs;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {waitMs > 0 && waitMs < 86_400_000 ? `in ${formatDuration(waitMs)}` : formatAgo(at, nowMs)}
    </time>
  );
}

const tones: Record<NonNullable<ScheduledJobRow['last']>['state'], Tone> = {
  running: 'info',
  done: 'ok',
  failed: 'danger',
  skipped: 'warn',
};

function LastRun({ last }: { last: ScheduledJobRow['last'] }): JSX.Element {
  if (last === null) return <span class="faint">has not run yet</span>;
  const { state, startedAtMs, endedAtMs, error, found, fresh } = last;
  return (
    <div>
      <span class="row">
        <Badge tone={tones[state]}>{state === 'skipped' ? 'left out: too late' : state}</Badge>
        <Time at={startedAtMs} />
      </span>
      {state === 'done' && (
        <div class="small muted">
          {formatCount(found, 'item')} found, {fresh} new{endedAtMs !== null && `, in ${formatDuration(endedAtMs - startedAtMs)}`}
        </div>
      )}
      {error !== null && <div class="small schedule-fault">{error}</div>}
    </div>
  );
}
