import type { JSX } from 'preact';
import type { DoctorAnswer } from '../../../src/api/system/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Card, type Tone } from '../../kit/card.tsx';
import { formatCount } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, Loaded } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, useQuery } from '../../kit/use-query.ts';

type Finding = NonNullable<DoctorAnswer['examination']>['findings'][number];

const tones: Record<Finding['severity'], Tone> = { fault: 'danger', warning: 'warn', note: 'info', ok: 'ok' };
/** The worst first. */
const order = ['fault', 'warning', 'note', 'ok'] as const;

/** What a worker found when it examined the installation: each fault with what to do. */
export function Examination(): JSX.Element {
  const mayExamine = useMay('admin');
  if (!mayExamine) {
    return (
      <Empty icon="lock" title="Only admins see this">
        It says what a worker found when it examined the installation, and what to do about each fault.
      </Empty>
    );
  }
  return <Last />;
}

function Last(): JSX.Element {
  const last = useQuery<DoctorAnswer>('/api/system/doctor', { topics: ['system'] });
  const ask = useMutation(async () => api.post('/api/system/doctor'), {
    invalidates: ['/api/system/doctor'],
    done: () => toast('A worker is asked to look. It answers within some seconds.'),
  });
  const again = (
    <Button icon="refresh" busy={ask.busy || (last.data?.isAsked ?? false)} onClick={() => void ask.run()}>
      {last.data?.isAsked ? 'A worker is asked…' : 'Examine now'}
    </Button>
  );
  return (
    <Loaded query={last}>
      {({ examination, isAsked }) =>
        examination === null ? (
          <Empty icon="system" title={isAsked ? 'A worker is asked to look' : 'No worker has looked in the last two days'} action={again}>
            A worker examines the chat, the queue, the database, its models, its clock and its disk when it starts. On a machine with a
            shell, <code>watchpost doctor</code> does the same.
          </Empty>
        ) : (
          <Findings examination={examination} again={again} />
        )
      }
    </Loaded>
  );
}

function Findings({ examination, again }: { examination: NonNullable<DoctorAnswer['examination']>; again: JSX.Element }): JSX.Element {
  const { findings, atMs, host } = examination;
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const [faults, warnings] = (['fault', 'warning'] as const).map((wanted) => findings.filter(({ severity }) => severity === wanted).length);
  return (
    <Card
      title={faults || warnings ? `${formatCount(faults ?? 0, 'fault')}, ${formatCount(warnings ?? 0, 'warning')}` : 'Nothing is wrong'}
      actions={again}
      flush
    >
      <p class="muted small system-pad">
        Examined by the worker on {host}, <Time at={atMs} />.
      </p>
      <ul class="findings">
        {sorted.map(({ id, severity, says, repair }, index) => (
          <li key={`${id} ${String(index)}`}>
            <Badge tone={tones[severity]}>{severity}</Badge>
            <div class="grow">
              <p>{says}</p>
              {repair !== null && (
                <p class="muted">
                  <b>What to do:</b> {repair}
                </p>
              )}
            </div>
            <code class="faint small">{id}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
