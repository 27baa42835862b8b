import type { JSX } from 'preact';
import type { Change, PersonDetail } from '../../../src/api/people/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Card } from '../../kit/card.tsx';
import { More } from '../../kit/more.tsx';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../../kit/states.tsx';
import { Summary } from '../../kit/summary.tsx';
import { Table } from '../../kit/table.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useInfinite } from '../../kit/use-query.ts';
import { takeBack, tellFault } from '../people/deeds.ts';

/** What was changed of a person, with undo where that is still possible. */
export function History({ person }: { person: PersonDetail }): JSX.Element {
  const list = useInfinite<Change>(`/api/people/${encodeURIComponent(person.id)}/changes`, {}, { topics: ['people', 'log'] });
  const mayEdit = useMay('editor');
  const nowMs = useNow();
  const undo = async (change: Change): Promise<void> => {
    await takeBack([change.id]).then(() => toast(`Undone: ${change.summary}`), tellFault);
    list.refetch();
  };
  if (list.error && list.items.length === 0) return <ErrorState error={list.error} onRetry={list.refetch} />;
  if (!list.ready) return <Skeleton lines={5} />;
  if (list.items.length === 0) {
    return (
      <Empty icon="log" title="Nothing was changed yet">
        Names, merges and corrections are listed here, with who made them.
      </Empty>
    );
  }
  return (
    <div class="stack">
      <Card flush>
        <Table
          label={`Changes of ${person.name}`}
          rows={list.items}
          rowKey={({ id }) => id}
          columns={[
            { id: 'when', label: 'When', cell: ({ atMs }) => <Time at={atMs} as="moment" /> },
            { id: 'what', label: 'What', cell: ({ summary }) => <Summary text={summary} /> },
            { id: 'who', label: 'Who', cell: ({ actor }) => <span class="muted">{actorText(actor)}</span> },
            {
              id: 'undo',
              label: 'Undo',
              quiet: true,
              end: true,
              cell: (change) =>
                change.undone ? (
                  <Badge>undone</Badge>
                ) : mayEdit && change.undoUntilMs !== null && change.undoUntilMs > nowMs ? (
                  <Button size="small" icon="undo" onClick={() => void undo(change)}>
                    Undo
                  </Button>
                ) : null,
            },
          ]}
        />
      </Card>
      <More list={list} label="Show earlier" />
    </div>
  );
}
