import type { JSX } from 'preact';
import type { QueueAnswer } from '../../../src/api/queue/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Card } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { formatNumber } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useParam } from '../../kit/use-param.ts';
import { useMutation } from '../../kit/use-query.ts';

type Kind = QueueAnswer['kinds'][number];

/** What each kind of job is for. */
export const purposes: Record<string, string> = {
  snapshot: 'look for faces in a picture',
  visit: 'post who was there, and keep that current',
  notice: 'post a digest, a summary or a message to somebody',
  interaction: 'do what somebody pressed or typed',
  message: 'look at a message by the rules',
  file: 'look at a file by the rules',
  violation: 'remove what a rule does not allow',
  telling: 'tell people what was removed',
  entry: 'bring a message into feeds',
  profile: 'read a name or a picture of a member',
  handoff: 'bring pictures to where readers load them',
  result: 'put a picture of an earlier release into its visit',
  talk: 'answer in a conversation',
  conversion: 'convert a video or a file',
  scheduled: 'run a job on a schedule',
  mail: 'send a mail',
};

const isIdle = ({ waiting, delayed, active, failed, isPaused }: Kind): boolean => waiting + delayed + active + failed === 0 && !isPaused;
const figure = (count: number): JSX.Element => <span class={count === 0 ? 'number faint' : 'number'}>{formatNumber(count)}</span>;

/** How much there is to do of each kind, and whether workers take it. */
export function Kinds({ kinds }: { kinds: Kind[] }): JSX.Element {
  const [idle, setIdle] = useParam('idle', 'hide', ['hide', 'show']);
  const shown = kinds.filter((kind) => idle === 'show' || !isIdle(kind));
  const hidden = kinds.length - shown.length;
  const toggle = (
    <Button size="small" tone="quiet" onClick={() => setIdle(idle === 'show' ? 'hide' : 'show')}>
      {idle === 'show' ? 'Hide idle kinds' : `Show ${formatNumber(hidden)} idle`}
    </Button>
  );
  return (
    <Card title="By kind" actions={idle === 'show' || hidden > 0 ? toggle : null} flush={shown.length > 0}>
      {shown.length === 0 ? <p class="muted">There is nothing to do, and nothing has failed.</p> : <KindTable kinds={shown} />}
    </Card>
  );
}

function KindTable({ kinds }: { kinds: Kind[] }): JSX.Element {
  const mayPause = useMay('admin');
  const pause = useMutation(async (kind: string, isPaused: boolean) => api.post('/api/queue/pause', { kind, isPaused }), {
    invalidates: ['/api/queue'],
  });
  const change = async ({ kind, isPaused }: Kind): Promise<void> => {
    if (!isPaused) {
      const body = `No worker takes ${kind} jobs until somebody resumes them: they wait, and nothing is lost. Running ones go on.`;
      if (!(await confirm({ title: `Pause ${kind} jobs?`, body, action: 'Pause', danger: true }))) return;
    }
    if (await pause.run(kind, !isPaused)) toast(isPaused ? `${kind} jobs are taken again` : `${kind} jobs are paused`);
  };
  const columns: Column<Kind>[] = [
    {
      id: 'kind',
      label: 'Kind',
      cell: ({ kind, isPaused }) => (
        <div>
          <span class="row">
            <strong>{kind}</strong>
            {isPaused && <Badge tone="warn">paused</Badge>}
          </span>
          <div class="small muted">{purposes[kind]}</div>
        </div>
      ),
    },
    { id: 'waiting', label: 'Waiting', end: true, cell: ({ waiting }) => figure(waiting) },
    {
      id: 'oldest',
      label: 'Oldest',
      end: true,
      cell: ({ oldestAtMs }) => (oldestAtMs === null ? <span class="faint">–</span> : <Time at={oldestAtMs} />),
    },
    { id: 'active', label: 'Running', end: true, cell: ({ active }) => figure(active) },
    { id: 'delayed', label: 'For later', end: true, cell: ({ delayed }) => figure(delayed) },
    {
      id: 'failed',
      label: 'Failed',
      end: true,
      cell: ({ failed, kind }) => (failed === 0 ? figure(0) : <a href={`/queue?kind=${kind}`}>{formatNumber(failed)}</a>),
    },
  ];
  const deeds: Column<Kind> = {
    id: 'deeds',
    label: 'Actions',
    quiet: true,
    end: true,
    cell: (kind) => (
      <Button size="small" tone="quiet" icon={kind.isPaused ? 'play' : 'pause'} busy={pause.busy} onClick={() => void change(kind)}>
        {kind.isPaused ? 'Resume' : 'Pause'}
        <span class="visually-hidden"> {kind.kind} jobs</span>
      </Button>
    ),
  };
  return <Table label="Jobs by kind" rows={kinds} rowKey={({ kind }) => kind} columns={mayPause ? [...columns, deeds] : columns} />;
}
