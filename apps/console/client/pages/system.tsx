import type { JSX } from 'preact';
import type { StorageAnswer, SystemAnswer } from '../../src/api/system/schema.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Badge, Card, Facts, Notice, Stat, Stats } from '../kit/card.tsx';
import { confirm } from '../kit/dialog.tsx';
import { formatBytes, formatDuration, formatNumber } from '../kit/format.ts';
import { Page } from '../kit/page.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { Time } from '../kit/time.tsx';
import { useQuery } from '../kit/use-query.ts';
import './system/system.css';

/** What runs, what it stands on, and what is kept for how long. */
export function SystemPage(): JSX.Element {
  const system = useQuery<SystemAnswer>('/api/system', { topics: ['alerts', 'queue'] });
  const storage = useQuery<StorageAnswer>('/api/system/storage');
  const refresh = (): void => {
    system.refetch();
    storage.refetch();
  };
  return (
    <Page
      title="System"
      about="What runs, what it stands on, and what is kept for how long."
      actions={
        <>
          <Button icon="refresh" busy={system.loading && system.data !== undefined} onClick={refresh}>
            Refresh
          </Button>
          <Button icon="lock" onClick={() => void signOutEverywhere()}>
            Sign out everywhere
          </Button>
        </>
      }
    >
      <div class="stack">
        <Loaded query={system}>{(data) => <Overview system={data} />}</Loaded>
        <Card title="What is kept, and what will be deleted when" flush>
          <Loaded query={storage} skeleton={<div class="system-pad">Counting…</div>}>
            {(data) => <Storage storage={data} />}
          </Loaded>
        </Card>
      </div>
    </Page>
  );
}

async function signOutEverywhere(): Promise<void> {
  const yes = await confirm({
    title: 'Sign out everywhere?',
    body: 'All browsers that are signed in as you, this one too, have to sign in again.',
    action: 'Sign out everywhere',
  });
  if (!yes) return;
  await api.post('/api/sign-out/everywhere');
  window.location.reload();
}

function Overview({ system }: { system: SystemAnswer }): JSX.Element {
  const { alerts, parts, processes } = system;
  return (
    <>
      {alerts.map((alert) => (
        <Notice key={alert.topic} tone="danger">
          <p>{alert.text}</p>
          <p class="small">
            Since <Time at={alert.firstAtMs} as="moment" />
            {alert.code && (
              <>
                , error <code>{alert.code}</code>
              </>
            )}
          </p>
        </Notice>
      ))}
      <Stats>
        <Stat label="Version" value={system.version} />
        <Stat label="People" value={system.people === null ? '–' : formatNumber(system.people)} />
        <Stat label="Faces" value={system.faces === null ? '–' : formatNumber(system.faces)} />
        <Stat label="Changes of the gallery" value={system.galleryVersion === null ? '–' : formatNumber(system.galleryVersion)} />
        <Stat label="Open alerts" value={formatNumber(alerts.length)} />
      </Stats>
      <div class="grid">
        {parts.map((part) => (
          <Card
            key={part.name}
            title={part.name}
            actions={part.answers ? <Badge tone="ok">answers</Badge> : <Badge tone="danger">away</Badge>}
          >
            {part.answers ? (
              <Facts
                facts={[
                  ...(part.version === null ? [] : [['Version', part.version] as const]),
                  ...(part.bytes === null ? [] : [['On disk', formatBytes(part.bytes)] as const]),
                  ['Answered in', part.tookMs === null ? '–' : formatDuration(part.tookMs)],
                ]}
              />
            ) : (
              <p>{part.fault}</p>
            )}
          </Card>
        ))}
        <Card title="This console" actions={<Badge tone="ok">running</Badge>}>
          <Facts
            facts={[
              ['Since', <Time key="since" at={system.startedAtMs} as="moment" />],
              ['Memory', formatBytes(system.memoryBytes)],
              ['Node', system.node],
              ['Platform', system.platform],
            ]}
          />
        </Card>
      </div>
      <Card title="Processes with the gallery in memory" flush>
        {processes.length === 0 ? (
          <Empty icon="system" title="No process has told of itself yet">
            Workers and this console do so every ten seconds.
          </Empty>
        ) : (
          <Processes processes={processes} />
        )}
      </Card>
    </>
  );
}

function Processes({ processes }: Pick<SystemAnswer, 'processes'>): JSX.Element {
  return (
    <Table
      label="Processes"
      rows={processes}
      rowKey={({ id }) => id}
      columns={[
        { id: 'process', label: 'Process', cell: (row) => row.process },
        { id: 'host', label: 'Machine', cell: (row) => row.host },
        { id: 'since', label: 'Since', cell: (row) => <Time at={row.startedAtMs} as="moment" /> },
        { id: 'seen', label: 'Last heard of', cell: (row) => <Time at={row.seenAtMs} /> },
        {
          id: 'current',
          label: 'Gallery',
          cell: (row) => (row.isCurrent ? <Badge tone="ok">up to date</Badge> : <Badge tone="warn">catching up</Badge>),
        },
      ]}
    />
  );
}

type DataClass = StorageAnswer['classes'][number];

function Storage({ storage }: { storage: StorageAnswer }): JSX.Element {
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
                <p class="muted small">{row.what}</p>
              </div>
            ),
          },
          { id: 'count', label: 'How many', end: true, cell: (row) => countOf(row) },
          {
            id: 'bytes',
            label: 'Size',
            end: true,
            cell: (row) => (row.bytes === null ? <span class="faint">–</span> : `≈ ${formatBytes(row.bytes)}`),
          },
          { id: 'kept', label: 'Kept', cell: (row) => <Kept row={row} /> },
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

/** The documents write names of variables as `NAME`. */
function Kept({ row }: { row: DataClass }): JSX.Element {
  const parts = row.howLong.split('`');
  return <div class="system-kept">{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</div>;
}

const Due = ({ at, nowMs }: { at: number; nowMs: number }): JSX.Element =>
  at <= nowMs ? <>at the next round</> : <Time at={at} as="moment" />;
