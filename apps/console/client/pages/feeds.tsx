import type { JSX } from 'preact';
import { useRoute } from 'preact-iso';
import type { FeedRow, FeedsAnswer } from '../../src/api/feeds/schema.ts';
import { Badge, Card, Notice } from '../kit/card.tsx';
import { formatNumber } from '../kit/format.ts';
import { Page } from '../kit/page.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { Time } from '../kit/time.tsx';
import { useQuery } from '../kit/use-query.ts';
import { FeedEntries } from './feeds/entries.tsx';
import { KeyMissing } from './feeds/key-missing.tsx';
import './feeds/feeds.css';

export function FeedsPage(): JSX.Element {
  const { params } = useRoute();
  const feeds = useQuery<FeedsAnswer>('/api/feeds', { topics: ['feeds'] });
  const slug = params['slug'] ?? '';
  const feed = feeds.data?.feeds.find((each) => each.slug === slug);
  if (slug && feed) return <FeedEntries feed={feed} canDecide={feeds.data?.canDecide ?? false} />;
  return (
    <Page title="Feeds" about="Channels that are published, and what readers see of them.">
      <Loaded query={feeds}>
        {({ feeds: all, hasFile, canDecide }) => (
          <div class="stack">
            {slug && <Notice tone="warn">There is no feed {slug} any more.</Notice>}
            {all.length === 0 ? <NoFeeds hasFile={hasFile} /> : <FeedTable feeds={all} />}
            {all.length > 0 && !canDecide && <KeyMissing />}
            {all.length > 0 && (
              <p class="small muted">
                A closed feed takes nothing new, and what is there stays. It is closed on its own page, or in the file of feeds (
                <code>open: false</code>), and opened again where it was closed.
              </p>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function NoFeeds({ hasFile }: { hasFile: boolean }): JSX.Element {
  return (
    <Empty icon="feed" title="There are no feeds">
      {hasFile
        ? 'The file that FEEDS_FILE names has none. docs/feeds.md shows how to define one.'
        : 'Write them into a file, and set FEEDS_FILE for ingest, the worker, the feed process and this console. docs/feeds.md shows how.'}
    </Empty>
  );
}

const columns: Column<FeedRow>[] = [
  {
    id: 'feed',
    label: 'Feed',
    cell: ({ slug, headline, channel, source }) => (
      <div>
        <a href={`/feeds/${slug}`}>
          <strong>{headline || slug}</strong>
        </a>
        <div class="small muted">
          {source === 'visits' ? 'visits' : 'messages'} of <code>{channel.replace(/^slack:/, '')}</code>
        </div>
      </div>
    ),
  },
  {
    id: 'state',
    label: 'State',
    cell: ({ isOpen, approval }) => (
      <span class="row">
        <Badge tone={isOpen ? 'ok' : 'plain'}>{isOpen ? 'open' : 'closed'}</Badge>
        {approval && <Badge title={approval.emoji.map((name) => `:${name}:`).join(' ')}>needs approval</Badge>}
      </span>
    ),
  },
  {
    id: 'waiting',
    label: 'Waiting',
    end: true,
    cell: ({ slug, waiting }) =>
      waiting === 0 ? <span class="faint">0</span> : <a href={`/feeds/${slug}?show=waiting`}>{formatNumber(waiting)}</a>,
  },
  { id: 'shown', label: 'Shown', end: true, cell: ({ shown, isCut }) => `${formatNumber(shown)}${isCut ? ' and more' : ''}` },
  {
    id: 'newest',
    label: 'Newest',
    cell: ({ newestAtMs }) => (newestAtMs === null ? <span class="faint">no entry yet</span> : <Time at={newestAtMs} />),
  },
  { id: 'url', label: 'Readers', quiet: true, end: true, cell: ({ url }) => (url === null ? null : <a href={url}>Readers’ page</a>) },
];

function FeedTable({ feeds }: { feeds: FeedRow[] }): JSX.Element {
  return (
    <Card flush>
      <Table label="Feeds" rows={feeds} rowKey={({ slug }) => slug} columns={columns} />
    </Card>
  );
}
