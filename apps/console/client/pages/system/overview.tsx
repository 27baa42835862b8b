import { Fragment, type JSX } from 'preact';
import type { SystemAnswer } from '../../../src/api/system/schema.ts';
import { Badge, Card, Facts, Notice, Stat, Stats } from '../../kit/card.tsx';
import { formatBytes, formatDuration, formatNumber } from '../../kit/format.ts';
import { Empty } from '../../kit/states.tsx';
import { Table } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';

/** What runs, which release and which model of it, and whether what it stands on answers. */
export function Overview({ system }: { system: SystemAnswer }): JSX.Element {
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
      <Models models={system.models} />
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

function Models({ models }: Pick<SystemAnswer, 'models'>): JSX.Element | null {
  if (models.length === 0) return null;
  return (
    <Card title="Models" flush>
      <Table
        label="Models that faces were learnt with"
        rows={models}
        rowKey={({ modelId }) => modelId}
        columns={[
          { id: 'model', label: 'Model', cell: ({ modelId }) => <code>{modelId}</code> },
          {
            id: 'use',
            label: 'Use',
            cell: ({ isInUse }) => (isInUse ? <Badge tone="ok">a worker uses it</Badge> : <Badge tone="warn">no worker uses it now</Badge>),
          },
          { id: 'faces', label: 'Faces learnt with it', end: true, cell: ({ faces }) => formatNumber(faces) },
          { id: 'people', label: 'People', end: true, cell: ({ persons }) => formatNumber(persons) },
        ]}
      />
    </Card>
  );
}

/** Where it is long it breaks after a dot. */
const Host = ({ name }: { name: string }): JSX.Element => (
  <span class="system-name">
    {name.split(/(?<=\.)/).map((part, index) => (
      <Fragment key={index}>
        {index > 0 && <wbr />}
        {part}
      </Fragment>
    ))}
  </span>
);

function Processes({ processes }: Pick<SystemAnswer, 'processes'>): JSX.Element {
  return (
    <Table
      label="Processes"
      rows={processes}
      rowKey={({ id }) => id}
      columns={[
        { id: 'process', label: 'Process', cell: (row) => row.process },
        { id: 'host', label: 'Machine', cell: (row) => <Host name={row.host} /> },
        { id: 'release', label: 'Version', cell: (row) => row.release ?? <span class="faint">an older one</span> },
        {
          id: 'model',
          label: 'Model',
          cell: (row) => (row.modelId === null ? <span class="faint">–</span> : <code class="system-name">{row.modelId}</code>),
        },
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
