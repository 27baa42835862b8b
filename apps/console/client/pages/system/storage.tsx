import type { JSX } from 'preact';
import type { StorageAnswer } from '../../../src/api/system/schema.ts';
import { Card } from '../../kit/card.tsx';
import { formatBytes, formatNumber } from '../../kit/format.ts';
import { Loaded } from '../../kit/states.tsx';
import { Table } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { useQuery } from '../../kit/use-query.ts';

/** Each class of data: how much there is, how long it is kept, and what is deleted next. */
export function Kept(): JSX.Element {
  const storage = useQuery<StorageAnswer>('/api/system/storage');
  return (
    <Card title="What is kept, and what will be deleted when" flush>
      <Loaded query={storage} skeleton={<div class="system-pad">Counting…</div>}>
        {(data) => <Classes storage={data} />}
      </Loaded>
    </Card>
  );
}

type DataClass = StorageAnswer['classes'][number];

function Classes({ storage }: { storage: StorageAnswer }): JSX.Element {
  const total = storage.classes.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return (
    <>
      <Table
        label="Classes of data"
        rows={storage.classes}
        rowKey={({ id }) => id}
        columns={[
          {
            id: 'class',
            label: 'Data',
            cell: (row) => (
              <div class="system-class">
                <b>{row.title}</b>
                <p class="muted small">
                  <Words text={aboutOf(row)} />
                </p>
              </div>
            ),
          },
          { id: 'count', label: 'How many', end: true, cell: (row) => countOf(row) },
          {
            id: 'bytes',
            label: 'Size',
            end: true,
            cell: (row) => (row.bytes === null ? <span class="faint">–</span> : `${row.bytes === 0 ? '' : '≈ '}${formatBytes(row.bytes)}`),
          },
          {
            id: 'kept',
            label: 'Kept',
            cell: (row) => (
              <div class="system-kept">
                <Words text={row.howLong} />
              </div>
            ),
          },
          {
            id: 'due',
            label: 'Next deletion',
            cell: (row) => (row.nextDueMs === null ? <span class="faint">–</span> : <Due at={row.nextDueMs} nowMs={storage.atMs} />),
          },
        ]}
      />
      <p class="muted small system-pad">Together about {formatBytes(total)}. Sizes are estimates of the database.</p>
    </>
  );
}

const countOf = ({ count, isExact, atLeast }: DataClass): JSX.Element | string =>
  count === null ? <span class="faint">–</span> : `${atLeast ? '≥ ' : isExact ? '' : '≈ '}${formatNumber(count)}`;

/** What it is, but for its name, which stands above it: `pairs: the ids …`. */
function aboutOf({ title, what }: DataClass): string {
  const [first = '', ...others] = what.split(': ');
  const isTitle = title.toLowerCase().startsWith(first.toLowerCase());
  return isTitle ? others.join(': ') : what;
}

/** The documents write names of variables as `NAME`, and link to each other. */
function Words({ text }: { text: string }): JSX.Element {
  const plain = text.replaceAll(/\[[^\]]*\]\(([^)]*)\)/g, 'docs/$1');
  return <>{plain.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

const Due = ({ at, nowMs }: { at: number; nowMs: number }): JSX.Element =>
  at <= nowMs ? <>at the next round</> : <Time at={at} as="moment" />;
