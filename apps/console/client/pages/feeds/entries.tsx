import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DecidedAnswer, EntryDecision, EntryRow, FeedRow } from '../../../src/api/feeds/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge } from '../../kit/card.tsx';
import { formatCount } from '../../kit/format.ts';
import { More } from '../../kit/more.tsx';
import { Page } from '../../kit/page.tsx';
import { Empty, ErrorState, Skeleton } from '../../kit/states.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { toast } from '../../kit/toast.tsx';
import { useParam } from '../../kit/use-param.ts';
import { useInfinite, useMutation } from '../../kit/use-query.ts';
import { Closing } from './closing.tsx';
import { Decisions } from './decisions.tsx';
import { EntryCard } from './entry-card.tsx';
import { KeyMissing } from './key-missing.tsx';
import { OverrideDialog } from './override-dialog.tsx';

const filters = ['all', 'waiting', 'shown', 'hidden', 'off-record', 'deleted'] as const;
const labels: Record<(typeof filters)[number], string> = {
  all: 'All',
  waiting: 'Waiting',
  shown: 'Shown',
  hidden: 'Hidden',
  'off-record': 'Off the record',
  deleted: 'Deleted',
};

const said: Record<EntryDecision['what'], string> = {
  approved: 'Approved: readers see it',
  withdrew: 'The approval was taken back',
  hid: 'Hidden: readers do not see it any more',
  showed: 'Not hidden any more',
  restored: "Readers see the message's own text again",
  overrode: 'Readers see this text instead of the message',
};
/** What takes a decision back. */
const inverses: Partial<Record<EntryDecision['what'], 'withdrew' | 'showed' | 'hid'>> = {
  approved: 'withdrew',
  hid: 'showed',
  showed: 'hid',
};

/** The entries of one feed, live. */
export function FeedEntries({ feed, canDecide }: { feed: FeedRow; canDecide: boolean }): JSX.Element {
  const [show] = useParam('show', 'all', [...filters, 'decisions']);
  const [overriding, setOverriding] = useState<EntryRow | null>(null);
  const { run, busy, version } = useDecide(feed.slug);
  const address = (each: string): string => withParams(`/feeds/${feed.slug}`, { show: each === 'all' ? undefined : each });
  const tabs = [
    ...filters.map((each) => ({
      href: address(each),
      label: labels[each],
      count: each === 'waiting' && feed.waiting > 0 ? feed.waiting : null,
      current: each === show,
    })),
    { href: address('decisions'), label: 'Decisions', count: null, current: show === 'decisions' },
  ];
  return (
    <Page
      title={feed.headline || feed.slug}
      about={
        <>
          {formatCount(feed.entries, 'entry', 'entries')} of <code>{feed.channel.replace(/^slack:/, '')}</code>
          {feed.approval ? `, approved by ${feed.approval.emoji.map((name) => `:${name}:`).join(' ')}` : ', published at once'}
        </>
      }
      back={{ href: '/feeds', label: 'Feeds' }}
      actions={
        <>
          <Badge tone={feed.isOpen ? 'ok' : 'plain'}>{feed.isOpen ? 'open' : 'closed'}</Badge>
          <Closing feed={feed} />
          {feed.url !== null && (
            <Button href={feed.url} icon="link">
              Readers’ page
            </Button>
          )}
        </>
      }
    >
      <div class="stack">
        <Tabs label="Entries by state" tabs={tabs} />
        {!canDecide && <KeyMissing />}
        {show === 'decisions' ? (
          <Decisions slug={feed.slug} />
        ) : (
          <List
            key={version}
            feed={feed}
            show={show}
            busy={busy}
            canDecide={canDecide}
            onDecide={(entry, decision) => void run(entry, decision)}
            onOverride={setOverriding}
          />
        )}
      </div>
      {overriding && (
        <OverrideDialog
          entry={overriding}
          busy={busy}
          onClose={() => setOverriding(null)}
          onSave={async (text) => {
            if (await run(overriding, { what: 'overrode', text })) setOverriding(null);
          }}
        />
      )}
    </Page>
  );
}

/** Decides about entries, and says so, with a way back. `version` counts what was decided. */
function useDecide(slug: string) {
  const decide = useMutation(
    async (messageId: string, decision: EntryDecision) =>
      api.post<DecidedAnswer>(`/api/feeds/${slug}/entries/${messageId}/decision`, decision),
    { invalidates: ['/api/feeds'] },
  );
  const [version, setVersion] = useState(0);
  const run = async (entry: EntryRow, decision: EntryDecision): Promise<boolean> => {
    const answer = await decide.run(entry.messageId, decision);
    if (!answer) return false;
    setVersion((now) => now + 1);
    const back = inverses[decision.what];
    const undo = back ? async () => await run(entry, { what: back }) : null;
    toast(answer.picturesFollow ? `${said[decision.what]}; its pictures follow when the queue answers` : said[decision.what], { undo });
    return true;
  };
  return { run, busy: decide.busy, version };
}

function List({
  feed,
  show,
  busy,
  canDecide,
  onDecide,
  onOverride,
}: {
  feed: FeedRow;
  show: string;
  busy: boolean;
  canDecide: boolean;
  onDecide: (entry: EntryRow, decision: EntryDecision) => void;
  onOverride: (entry: EntryRow) => void;
}): JSX.Element {
  const entries = useInfinite<EntryRow>(
    `/api/feeds/${feed.slug}/entries`,
    { show: show === 'all' ? undefined : show },
    { topics: ['feeds'] },
  );
  if (entries.error && entries.items.length === 0) return <ErrorState error={entries.error} onRetry={entries.refetch} />;
  if (!entries.ready) return <Skeleton lines={4} block />;
  return (
    <>
      {entries.items.length === 0 && !entries.more && <Nothing show={show} />}
      <ul class="entries" aria-label="Entries">
        {entries.items.map((entry) => (
          <li key={entry.messageId}>
            <EntryCard
              entry={entry}
              needsApproval={feed.approval !== null}
              canDecide={canDecide}
              busy={busy}
              onDecide={(decision) => onDecide(entry, decision)}
              onOverride={() => onOverride(entry)}
            />
          </li>
        ))}
      </ul>
      <More list={entries} />
    </>
  );
}

function Nothing({ show }: { show: string }): JSX.Element {
  if (show === 'waiting')
    return (
      <Empty icon="check" title="Nothing waits for approval">
        What is posted next appears here by itself.
      </Empty>
    );
  if (show !== 'all')
    return (
      <Empty icon="feed" title="No entry is in this state">
        Choose another tab above.
      </Empty>
    );
  return (
    <Empty icon="feed" title="There are no entries yet">
      Post something in the channel of this feed: it appears here within a second.
    </Empty>
  );
}
