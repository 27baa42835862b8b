import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ItemsAnswer } from '../../../src/api/schedule/schema.ts';
import { withParams } from '../../kit/api.ts';
import { Chart, type Series } from '../../kit/chart.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { Select } from '../../kit/field.tsx';
import { formatNumber } from '../../kit/format.ts';
import { Empty, Loaded } from '../../kit/states.tsx';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { useQuery } from '../../kit/use-query.ts';

type Item = ItemsAnswer['items'][number];
const days = ['7', '30', '90', '365'] as const;
const colours = ['--accent', '--ok', '--warn', '--danger', '--info', '--text-2', '--accent-strong', '--text-3'] as const;
const mostColumns = 5;

/** What a job has collected: its numbers over time, and the newest items. */
export function CollectionDialog({ name, onClose }: { name: string; onClose: () => void }): JSX.Element {
  const [span, setSpan] = useState<(typeof days)[number]>('30');
  const items = useQuery<ItemsAnswer>(withParams(`/api/schedule/${name}/items`, { days: span }), { topics: ['schedule'], keep: true });
  return (
    <Dialog title={`Collected by ${name}`} onClose={onClose} wide>
      <div class="stack">
        <div class="row">
          <Select
            inline
            label="Time shown"
            value={span}
            options={days.map((value) => ({ value, label: `Last ${value} days` }))}
            onChange={setSpan}
          />
        </div>
        <Loaded query={items}>{(shown) => <Items answer={shown} />}</Loaded>
      </div>
    </Dialog>
  );
}

function Items({ answer }: { answer: ItemsAnswer }): JSX.Element {
  const { items, value, series } = answer;
  const chart = useMemo(() => toChart(series), [answer]);
  if (items.length === 0)
    return (
      <Empty icon="schedule" title="Nothing was collected in this time">
        Choose a longer time, or run the job now.
      </Empty>
    );
  const names = [...new Set(items.flatMap(({ fields }) => Object.keys(fields)))].slice(0, mostColumns);
  const columns: Column<Item>[] = [
    { id: 'at', label: 'Stored', cell: ({ atMs }) => <Time at={atMs} /> },
    ...names.map((name) => ({ id: name, label: name, cell: ({ fields }: Item) => shown(fields[name] ?? null) })),
  ];
  return (
    <>
      {series.length > 0 && <Chart label={`${value ?? ''} over time`} timesMs={chart.timesMs} series={chart.series} height={220} />}
      <Table label="The newest items" rows={items} rowKey={({ id }) => id} columns={columns} />
    </>
  );
}

function shown(field: string | number | null): JSX.Element | string {
  if (field === null) return <span class="faint">–</span>;
  if (typeof field === 'number') return formatNumber(field);
  return <span class="schedule-field">{field}</span>;
}

/** Lines with times of their own, on one axis. Pure. */
function toChart(lines: ItemsAnswer['series']): { timesMs: number[]; series: Series[] } {
  const timesMs = [...new Set(lines.flatMap(({ points }) => points.map(({ atMs }) => atMs)))].sort((a, b) => a - b);
  const series = lines.map(({ name, points }, index): Series => {
    const at = new Map(points.map(({ atMs, value }) => [atMs, value]));
    return { label: name, values: timesMs.map((ms) => at.get(ms) ?? null), colour: colours[index % colours.length] ?? '--accent' };
  });
  return { timesMs, series };
}
