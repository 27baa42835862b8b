import type { JSX } from 'preact';
import type { RuleChangesAnswer } from '../../../src/api/rules/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Card } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Empty, Loaded } from '../../kit/states.tsx';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useTextParam } from '../../kit/use-param.ts';
import { useMutation, useQuery } from '../../kit/use-query.ts';

type Change = RuleChangesAnswer['changes'][number];

/** Who changed which rule, and how; each version can be put back. */
export function RuleHistory(): JSX.Element {
  const [rule, setRule] = useTextParam('rule');
  const changes = useQuery<RuleChangesAnswer>(withParams('/api/rules/changes', { rule }), { topics: ['rules'] });
  const isAdmin = useMay('admin');
  const back = useMutation(async (number: number) => api.post(`/api/rules/changes/${String(number)}/put-back`), {
    invalidates: ['/api/rules'],
    done: () => toast('The rule is as it was then'),
  });
  const putBack = async ({ number, name, what }: Change): Promise<void> => {
    const body =
      what === 'removed' ? 'The rule comes back as it was before it was removed.' : 'The rule becomes what it was after this change.';
    if (await confirm({ title: `Put back this version of ${name}?`, body, action: 'Put back' })) await back.run(number);
  };
  const columns: Column<Change>[] = [
    { id: 'when', label: 'When', cell: ({ atMs }) => <Time at={atMs} /> },
    { id: 'who', label: 'Who', cell: ({ actor }) => <span class="truncate">{actorText(actor)}</span> },
    { id: 'what', label: 'What', cell: ({ text }) => <span class="rule-change">{text}</span> },
    {
      id: 'deeds',
      label: 'Actions',
      quiet: true,
      end: true,
      cell: (change) =>
        change.isCurrent ? (
          <Badge tone="ok">now</Badge>
        ) : isAdmin ? (
          <Button size="small" tone="quiet" icon="undo" busy={back.busy} onClick={() => void putBack(change)}>
            Put back
          </Button>
        ) : null,
    },
  ];
  return (
    <Loaded query={changes}>
      {({ changes: listed }) =>
        listed.length === 0 ? (
          <Empty icon="log" title="Nothing has been changed yet">
            Every change of a rule is listed here, with who made it.
          </Empty>
        ) : (
          <Card
            title={rule ? `History of ${listed[0]?.name ?? 'a rule'}` : 'All changes'}
            actions={rule ? <Button onClick={() => setRule('')}>All rules</Button> : null}
            flush
          >
            <Table label="Changes of rules" rows={listed} rowKey={({ number }) => String(number)} columns={columns} />
          </Card>
        )
      }
    </Loaded>
  );
}
