import type { JSX } from 'preact';
import type { QueueAnswer } from '../../src/api/queue/schema.ts';
import { Badge, Card, Notice, Stat, Stats } from '../kit/card.tsx';
import { formatCount, formatDuration, formatNumber, unitOf } from '../kit/format.ts';
import { Page } from '../kit/page.tsx';
import { Loaded } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { Time, useNow } from '../kit/time.tsx';
import { useQuery } from '../kit/use-query.ts';
import { QueueHistory } from './queue/history.tsx';
import { Jobs } from './queue/jobs.tsx';
import { Kinds } from './queue/kinds.tsx';
import './queue/queue.css';

export function QueuePage(): JSX.Element {
  const queue = useQuery<QueueAnswer>('/api/queue', { topics: ['queue'] });
  return (
    <Page title="Queue" about="What waits to be done, who does it, and what could not be done.">
      <Loaded query={queue}>
        {(data) => (
          <div class="stack">
            <Figures queue={data} />
            <Held held={data.held} />
            <Workers workers={data.workers} />
            <QueueHistory />
            <Kinds kinds={data.kinds} />
            <Jobs queue={data} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Figures({ queue: { kinds, workers } }: { queue: QueueAnswer }): JSX.Element {
  const nowMs = useNow();
  const sum = (of: 'waiting' | 'active' | 'delayed' | 'failed'): { value: string; unit: string } => {
    const jobs = kinds.reduce((total, each) => total + each[of], 0);
    return { value: formatNumber(jobs), unit: unitOf(jobs, 'job') };
  };
  const times = kinds.flatMap(({ oldestAtMs }) => oldestAtMs ?? []);
  return (
    <Stats>
      <Stat label="Waiting" {...sum('waiting')} />
      <Stat
        label="Oldest waits"
        value={times.length === 0 ? '–' : formatDuration(Math.max(0, nowMs - Math.min(...times)))}
        title="How long the oldest waiting job has been there"
      />
      <Stat label="Running" {...sum('active')} />
      <Stat label="For later" {...sum('delayed')} title="They wait for a time, such as their next attempt" />
      <Stat label="Failed" {...sum('failed')} />
      <Stat label="Workers" value={workers === null ? '?' : formatNumber(workers.length)} />
    </Stats>
  );
}

function Held({ held }: { held: QueueAnswer['held'] }): JSX.Element {
  return (
    <>
      {held.map(({ need, reason, kinds, workers }) => (
        <Notice key={`${need} ${reason}`} tone="warn">
          <strong>Jobs are held: {need}.</strong> {reason}
          <div class="small muted">
            {formatCount(kinds.length, 'kind of job waits', 'kinds of job wait')} ({kinds.join(', ')}), says{' '}
            {formatCount(workers, 'worker')}. Nothing is lost: they go on by themselves.
          </div>
        </Notice>
      ))}
    </>
  );
}

function Workers({ workers }: { workers: QueueAnswer['workers'] }): JSX.Element {
  if (workers === null) return <Notice tone="warn">Which workers there are cannot be said: the database does not answer.</Notice>;
  if (workers.length === 0) {
    return (
      <Notice tone="danger">
        <strong>No worker has shown itself within half a minute.</strong> Jobs wait until one is started: <code>npm start</code> starts one
        beside this console; elsewhere look at the worker&apos;s service and its log.
      </Notice>
    );
  }
  type Worker = (typeof workers)[number];
  return (
    <Card title="Workers" flush>
      <Table<Worker>
        label="Workers"
        rows={workers}
        rowKey={({ id }) => id}
        columns={[
          {
            id: 'where',
            label: 'Where',
            cell: ({ host, pid }) => (
              <>
                {host} <span class="faint small">process {pid}</span>
              </>
            ),
          },
          { id: 'since', label: 'Since', cell: ({ startedAtMs }) => <Time at={startedAtMs} /> },
          { id: 'seen', label: 'Seen', cell: ({ seenAtMs }) => <Time at={seenAtMs} /> },
          {
            id: 'running',
            label: 'Does',
            cell: ({ running }) =>
              running.length === 0 ? (
                <span class="faint">nothing at the moment</span>
              ) : (
                <span class="row">
                  {running.map(({ kind, count }) => (
                    <Badge key={kind} tone="info">
                      {kind} {count}
                    </Badge>
                  ))}
                </span>
              ),
          },
        ]}
      />
    </Card>
  );
}
