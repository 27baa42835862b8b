import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { HistoryAnswer } from '../../../src/api/queue/schema.ts';
import { withParams } from '../../kit/api.ts';
import { Card } from '../../kit/card.tsx';
import { Chart, type Series } from '../../kit/chart.tsx';
import { Select } from '../../kit/field.tsx';
import { formatCount, formatDuration } from '../../kit/format.ts';
import { Loaded, Skeleton } from '../../kit/states.tsx';
import { useParam } from '../../kit/use-param.ts';
import { useQuery } from '../../kit/use-query.ts';

const spans = ['1', '3', '12', '24'] as const;
const options = spans.map((value) => ({ value, label: value === '1' ? 'Last hour' : `Last ${value} hours` }));

/** Jobs that were done, and that failed for good, over the last hours. */
export function QueueHistory(): JSX.Element {
  const [hours, setHours] = useParam('hours', '3', spans);
  const path = withParams('/api/queue/history', { minutes: Number(hours) * 60 });
  const history = useQuery<HistoryAnswer>(path, { topics: ['queue'], keep: true });
  return (
    <Card title="Done and failed" actions={<Select inline label="Time shown" value={hours} options={options} onChange={setHours} />}>
      <Loaded query={history} skeleton={<Skeleton lines={1} block />}>
        {(data) => <Done history={data} />}
      </Loaded>
    </Card>
  );
}

function Done({ history }: { history: HistoryAnswer }): JSX.Element {
  const { fromMs, stepMs, completed, failed } = history;
  const [done, lost] = [completed, failed].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const timesMs = useMemo(() => completed.map((_, index) => fromMs + index * stepMs), [history]);
  const series = useMemo(
    (): Series[] => [
      { label: 'Done', values: completed, colour: '--accent', as: 'bars' },
      { label: 'Failed', values: failed, colour: '--danger', as: 'bars' },
    ],
    [history],
  );
  const said = `${formatCount(done ?? 0, 'job')} done, ${formatCount(lost ?? 0, 'job')} failed`;
  return (
    <>
      <Chart label={`${said}, in steps of ${formatDuration(stepMs)}`} timesMs={timesMs} series={series} height={160} />
      <p class="small muted">
        {said}, in steps of {formatDuration(stepMs)}.
      </p>
    </>
  );
}
