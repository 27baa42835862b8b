import type { JSX } from 'preact';
import type { ReceiptOfPage } from '../../../src/api/system/schema.ts';
import { Badge, Card, Facts, Notice, type Tone } from '../../kit/card.tsx';
import { Button } from '../../kit/button.tsx';
import { formatCount, formatNumber } from '../../kit/format.ts';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, Loaded } from '../../kit/states.tsx';
import { Table } from '../../kit/table.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useParam } from '../../kit/use-param.ts';
import { useQuery } from '../../kit/use-query.ts';
import { receiptAddress, takeBack, tellFault } from '../people/deeds.ts';
import { Settling } from './settle.tsx';

const words: Record<ReceiptOfPage['state'], string> = {
  pending: 'can still be undone',
  erasing: 'being erased',
  done: 'erased',
  verified: 'erased and verified',
  settled: 'settled by hand',
};
const tones: Record<ReceiptOfPage['state'], Tone> = { pending: 'info', erasing: 'warn', done: 'ok', verified: 'ok', settled: 'info' };

const sumOf = ({ places }: ReceiptOfPage, what: 'found' | 'erased' | 'left'): number => places.reduce((sum, place) => sum + place[what], 0);

/** What became of wishes to be forgotten; one of them with `?receipt=`. Nobody is named. */
export function Receipts(): JSX.Element {
  const [id, choose] = useParam('receipt', '');
  const maySee = useMay('editor');
  if (!maySee) {
    return (
      <Empty icon="lock" title="Only editors and admins see this">
        Receipts say what was erased of people who wanted to be forgotten.
      </Empty>
    );
  }
  return (
    <div class="stack">
      {id !== '' && <One key={id} id={id} onUndone={() => choose('')} />}
      <All chosen={id} />
    </div>
  );
}

function One({ id, onUndone }: { id: string; onUndone: () => void }): JSX.Element {
  const receipt = useQuery<ReceiptOfPage>(`/api/receipts/${encodeURIComponent(id)}`, { topics: ['system', 'people', 'log'] });
  if (receipt.error?.code === 'record-missing') {
    return (
      <Notice tone="info">
        There is no such receipt. A worker writes it within some seconds of the wish; it goes when the wish is undone, and some time after
        everything was erased.
      </Notice>
    );
  }
  return <Loaded query={receipt}>{(data) => <Receipt receipt={data} onUndone={onUndone} onSettled={receipt.refetch} />}</Loaded>;
}

function Receipt({ receipt, onUndone, onSettled }: { receipt: ReceiptOfPage; onUndone: () => void; onSettled: () => void }): JSX.Element {
  const { id, state, acceptedAtMs, dueAtMs, doneAtMs, verifiedAtMs, settled, places } = receipt;
  const nowMs = useNow();
  const mayUndo = useMay('admin') && state === 'pending' && dueAtMs > nowMs;
  const undo = async (): Promise<void> => {
    await takeBack([id]).then(() => {
      toast('Undone: the person is there again');
      onUndone();
    }, tellFault);
  };
  return (
    <Card
      title={
        <>
          Receipt of <Time at={acceptedAtMs} as="moment" />
        </>
      }
      actions={<Badge tone={tones[state]}>{words[state]}</Badge>}
    >
      <div class="stack">
        <Facts
          facts={[
            ['Requested', <Time key="requested" at={acceptedAtMs} as="moment" />],
            [state === 'pending' ? 'Can be undone until' : 'Due', <Time key="due" at={dueAtMs} as="moment" />],
            ['Erased', doneAtMs === null ? <span class="faint">not yet</span> : <Time key="done" at={doneAtMs} as="moment" />],
            [
              'Verified',
              verifiedAtMs === null ? (
                <span class="faint">not yet: a second look follows</span>
              ) : (
                <Time key="verified" at={verifiedAtMs} as="moment" />
              ),
            ],
            ...(settled === null ? [] : [settledFact(settled)]),
            ['Receipt', <code key="id">{id}</code>],
          ]}
        />
        {places.length > 0 && <Places places={places} />}
        <Settling receipt={receipt} onSettled={onSettled} />
        {mayUndo && (
          <span>
            <Button icon="undo" onClick={() => void undo()}>
              Undo: do not forget
            </Button>
          </span>
        )}
      </div>
    </Card>
  );
}

const settledFact = ({ atMs, by, note }: NonNullable<ReceiptOfPage['settled']>): [string, JSX.Element] => [
  'Settled',
  <span key="settled">
    <Time at={atMs} as="moment" /> by {actorText(by)}: {note}
  </span>,
];

function Places({ places }: Pick<ReceiptOfPage, 'places'>): JSX.Element {
  return (
    <Table
      label="What was found and erased in each place"
      rows={places}
      rowKey={({ name }) => name}
      columns={[
        {
          id: 'place',
          label: 'Place',
          cell: ({ name, why, left }) => (
            <div>
              {name}
              {why !== null && left > 0 && <div class="small muted">{why}</div>}
            </div>
          ),
        },
        { id: 'found', label: 'Found', end: true, cell: ({ found }) => formatNumber(found) },
        { id: 'erased', label: 'Erased', end: true, cell: ({ erased }) => formatNumber(erased) },
        {
          id: 'left',
          label: 'Left',
          end: true,
          cell: ({ left }) => (left > 0 ? <strong>{formatNumber(left)}</strong> : <span class="faint">0</span>),
        },
      ]}
    />
  );
}

function All({ chosen }: { chosen: string }): JSX.Element {
  const receipts = useQuery<{ items: ReceiptOfPage[] }>('/api/receipts', { topics: ['system', 'people', 'log'] });
  return (
    <Loaded query={receipts}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="check" title="Nobody has asked to be forgotten lately">
            When an admin forgets somebody, the receipt stands here: what was found, what was erased, and when a second look found nothing
            any more.
          </Empty>
        ) : (
          <Card title="Requests to be forgotten" flush>
            <Table
              label="Receipts"
              rows={items}
              rowKey={({ id }) => id}
              selected={({ id }) => id === chosen}
              columns={[
                {
                  id: 'when',
                  label: 'Requested',
                  cell: ({ id, acceptedAtMs }) => (
                    <a href={receiptAddress(id)}>
                      <Time at={acceptedAtMs} as="moment" />
                    </a>
                  ),
                },
                { id: 'state', label: 'State', cell: ({ state }) => <Badge tone={tones[state]}>{words[state]}</Badge> },
                {
                  id: 'erased',
                  label: 'Erased',
                  end: true,
                  cell: (row) =>
                    row.places.length === 0 ? (
                      <span class="faint">nothing yet</span>
                    ) : (
                      `${formatNumber(sumOf(row, 'erased'))} of ${formatCount(sumOf(row, 'found'), 'thing')}`
                    ),
                },
                {
                  id: 'verified',
                  label: 'Verified',
                  cell: ({ verifiedAtMs }) =>
                    verifiedAtMs === null ? <span class="faint">not yet</span> : <Time at={verifiedAtMs} as="moment" />,
                },
              ]}
            />
          </Card>
        )
      }
    </Loaded>
  );
}
