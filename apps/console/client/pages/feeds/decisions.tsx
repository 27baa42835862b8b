import type { JSX } from 'preact';
import type { DecisionsAnswer } from '../../../src/api/feeds/schema.ts';
import { Card } from '../../kit/card.tsx';
import { actorText } from '../../kit/place.ts';
import { Empty, Loaded } from '../../kit/states.tsx';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { useQuery } from '../../kit/use-query.ts';

type Decision = DecisionsAnswer['decisions'][number];

const words: Record<Decision['what'], string> = {
  overrode: 'put another text in place of',
  restored: 'restored the text of',
  hid: 'hid',
  showed: 'showed again',
  approved: 'approved',
  withdrew: 'took back the approval of',
  closed: 'closed the feed',
  reopened: 'opened the feed again',
};

const columns: Column<Decision>[] = [
  { id: 'when', label: 'When', cell: ({ atMs }) => <Time at={atMs} /> },
  { id: 'who', label: 'Who', cell: ({ actor }) => actorText(actor) },
  {
    id: 'what',
    label: 'What',
    cell: ({ what, messageId }) => (
      <>
        {words[what]} {messageId === null ? null : <code>{messageId}</code>}
      </>
    ),
  },
];

/** Who decided what about the entries of a feed, in the console or on the command line. */
export function Decisions({ slug }: { slug: string }): JSX.Element {
  const decisions = useQuery<DecisionsAnswer>('/api/feeds/decisions', { topics: ['feeds'] });
  return (
    <Loaded query={decisions}>
      {({ decisions: all }) => {
        const ours = all.filter(({ feed }) => feed === slug);
        if (ours.length === 0)
          return (
            <Empty icon="log" title="No editor has decided anything yet">
              Approvals by reactions are listed at their entries.
            </Empty>
          );
        return (
          <Card flush>
            <Table
              label="Decisions"
              rows={ours}
              rowKey={({ atMs, messageId, what }) => `${String(atMs)} ${messageId} ${what}`}
              columns={columns}
            />
          </Card>
        );
      }}
    </Loaded>
  );
}
