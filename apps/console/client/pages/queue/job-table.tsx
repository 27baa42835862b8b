import type { JSX } from 'preact';
import type { JobRow } from '../../../src/api/queue/schema.ts';
import { Checkbox } from '../../kit/field.tsx';
import { formatNumber } from '../../kit/format.ts';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';

const whens: Record<JobRow['state'], string> = { failed: 'Failed', waiting: 'Sent', delayed: 'Due', active: 'Taken' };

/** Jobs in one state. `chosen` null: none can be chosen. */
export function JobTable({
  jobs,
  chosen,
  onChoose,
  onOpen,
}: {
  jobs: readonly JobRow[];
  chosen: readonly string[] | null;
  onChoose: (ids: readonly string[]) => void;
  onOpen: (id: string) => void;
}): JSX.Element {
  const toggle = (id: string, isChosen: boolean): void => {
    const others = (chosen ?? []).filter((each) => each !== id);
    onChoose(isChosen ? [...others, id] : others);
  };
  const choice: Column<JobRow> = {
    id: 'choice',
    label: 'Chosen',
    quiet: true,
    cell: ({ id }) => (
      <Checkbox
        label={<span class="visually-hidden">Choose {id}</span>}
        checked={chosen?.includes(id) ?? false}
        onChange={(isChosen) => toggle(id, isChosen)}
      />
    ),
  };
  const columns: Column<JobRow>[] = [
    {
      id: 'job',
      label: 'Job',
      cell: ({ id, kind }) => (
        <div class="queue-job">
          <strong>{kind}</strong>
          <button type="button" class="link truncate" title={id} onClick={() => onOpen(id)}>
            {id}
          </button>
        </div>
      ),
    },
    { id: 'when', label: whens[jobs[0]?.state ?? 'failed'], cell: ({ atMs }) => <Time at={atMs} /> },
    {
      id: 'attempts',
      label: 'Attempts',
      end: true,
      cell: ({ attempts, maxAttempts }) => (
        <span class="number">
          {formatNumber(attempts)} of {formatNumber(maxAttempts)}
        </span>
      ),
    },
    {
      id: 'reason',
      label: 'Reason',
      cell: ({ reason }) =>
        reason === null ? (
          <span class="faint">–</span>
        ) : (
          <div class="queue-reason">
            {reason.code && <code>{reason.code}</code>}
            <div class="small muted">{reason.message}</div>
          </div>
        ),
    },
  ];
  return (
    <Table
      label="Jobs"
      rows={jobs}
      rowKey={({ id }) => id}
      columns={chosen === null ? columns : [choice, ...columns]}
      selected={({ id }) => chosen?.includes(id) ?? false}
    />
  );
}
