import type { JSX } from 'preact';
import type { ViolationRow } from '../../../src/api/violations/schema.ts';
import { Badge, Card, type Tone } from '../../kit/card.tsx';
import { formatNumber } from '../../kit/format.ts';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { Severity } from '../rules/rule-table.tsx';

const outcomeTones: Record<ViolationRow['outcome'], Tone> = {
  'being removed': 'info',
  removed: 'ok',
  gone: 'ok',
  'not removed': 'danger',
  unread: 'warn',
  'dry run': 'plain',
  reported: 'info',
};

/** What was done, and what waits for an admin. */
export function States({ of }: { of: ViolationRow }): JSX.Element {
  const { outcome, kept, appeal, asked } = of;
  return (
    <span class="row">
      <Badge tone={outcomeTones[outcome]}>{outcome}</Badge>
      {asked ? (
        <Badge tone="info">{asked.what === 'put-back' ? 'being put back' : 'being deleted'}</Badge>
      ) : (
        kept.state !== 'no' && <Badge>{{ kept: 'in quarantine', 'put-back': 'put back', deleted: 'original deleted' }[kept.state]}</Badge>
      )}
      {appeal.state === 'asked' && <Badge tone="warn">appeal waits</Badge>}
      {(appeal.state === 'accepted' || appeal.state === 'rejected') && <Badge>appeal {appeal.state}</Badge>}
    </span>
  );
}

const shortId = (id: string): string => id.replace(/^slack:/, '');

const columns = (onOpen: (id: string) => void): Column<ViolationRow>[] => [
  {
    id: 'what',
    label: 'Found',
    cell: ({ id, findings, moreFindings, unread }) => {
      const [first] = findings;
      const more = findings.length - 1 + moreFindings;
      return (
        <button type="button" class="violation-open" onClick={() => onOpen(id)}>
          {first ? <code>{first.masked}</code> : <span>a file that could not be read</span>}
          <span class="small muted">
            {first
              ? `${first.where === 'text' ? '' : `in ${first.where}`}${more > 0 ? ` and ${formatNumber(more)} more` : ''}`
              : (unread[0]?.reason ?? '')}
          </span>
        </button>
      );
    },
  },
  {
    id: 'rule',
    label: 'Rule',
    cell: ({ findings }) => {
      const [first] = findings;
      return first ? (
        <span class="row">
          {first.ruleName}
          <Severity of={first.severity} />
        </span>
      ) : (
        <span class="faint">–</span>
      );
    },
  },
  { id: 'state', label: 'State', cell: (row) => <States of={row} /> },
  { id: 'channel', label: 'Channel', cell: ({ channel }) => <code>{shortId(channel)}</code> },
  {
    id: 'author',
    label: 'Author',
    cell: ({ author }) => (author === null ? <span class="faint">unknown</span> : <code>{shortId(author)}</code>),
  },
  { id: 'when', label: 'Found', cell: ({ foundAtMs }) => <Time at={foundAtMs} /> },
];

/** Violations, the newest first. */
export function ViolationList({ violations, onOpen }: { violations: readonly ViolationRow[]; onOpen: (id: string) => void }): JSX.Element {
  return (
    <Card flush>
      <Table label="Violations" rows={violations} rowKey={({ id }) => id} columns={columns(onOpen)} />
    </Card>
  );
}
