import type { JSX } from 'preact';
import type { EditBody, RuleRow } from '../../../src/api/rules/schema.ts';
import { api } from '../../kit/api.ts';
import { Badge, Card, type Tone } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { formatExact, formatNumber } from '../../kit/format.ts';
import { Menu, type MenuItem } from '../../kit/menu.tsx';
import { useMay } from '../../kit/session.ts';
import { Table, type Column } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';

const stateTones: Record<RuleRow['state'], Tone> = { live: 'ok', 'dry run': 'info', disabled: 'plain' };
const severityTones: Record<RuleRow['severity'], Tone> = { low: 'plain', medium: 'info', high: 'warn', critical: 'danger' };
const actions: Record<RuleRow['action'], string> = { report: 'Report', quarantine: 'Remove and keep', remove: 'Remove' };

export const Severity = ({ of }: { of: RuleRow['severity'] }): JSX.Element => <Badge tone={severityTones[of]}>{of}</Badge>;

const columns: Column<RuleRow>[] = [
  {
    id: 'name',
    label: 'Rule',
    cell: (rule) => (
      <div class="rule-name">
        <span class="row">
          <strong>{rule.name}</strong>
          <Badge tone={stateTones[rule.state]}>{rule.state}</Badge>
          {rule.brakedAtMs !== null && (
            <Badge tone="warn" title={`It removed more than ${String(rule.mostAnHour)} an hour on ${formatExact(rule.brakedAtMs)}`}>
              braked
            </Badge>
          )}
          {rule.fault !== null && (
            <Badge tone="danger" title={rule.fault}>
              cannot be applied
            </Badge>
          )}
        </span>
        <div class="small muted rule-look">{'pattern' in rule.look ? <code>{rule.looksFor}</code> : rule.looksFor}</div>
        <div class="small faint">{rule.where}</div>
      </div>
    ),
  },
  { id: 'severity', label: 'Severity', cell: ({ severity }) => <Severity of={severity} /> },
  { id: 'action', label: 'Does', cell: ({ action }) => actions[action] },
  {
    id: 'messages',
    label: 'In 7 days',
    end: true,
    cell: ({ id, messages }) =>
      messages === 0 ? (
        <span class="faint">0</span>
      ) : (
        <a href={`/violations?rule=${id}`} title="Show them">
          {formatNumber(messages)}
        </a>
      ),
  },
  {
    id: 'removed',
    label: 'Removed in 1 h',
    end: true,
    cell: ({ action, dryRun, removedInHour, mostAnHour }) =>
      action === 'report' || dryRun ? (
        <span class="faint">–</span>
      ) : (
        <span class="number" title="Beyond that it goes back to its dry run by itself">
          {formatNumber(removedInHour)} of {formatNumber(mostAnHour)}
        </span>
      ),
  },
  {
    id: 'last',
    label: 'Last match',
    cell: ({ lastAtMs }) => (lastAtMs === null ? <span class="faint">none in 7 days</span> : <Time at={lastAtMs} />),
  },
];

/** All rules, with what can be done about each. */
export function RuleTable({
  rules,
  onEdit,
  onLive,
}: {
  rules: RuleRow[];
  onEdit: (id: string) => void;
  onLive: (id: string) => void;
}): JSX.Element {
  const isAdmin = useMay('admin');
  const options = { invalidates: ['/api/rules'] };
  const set = useMutation(async (id: string, settings: EditBody) => api.put(`/api/rules/${id}`, settings), options);
  const remove = useMutation(async (id: string) => api.delete<RuleRow>(`/api/rules/${id}`), options);
  const drop = async ({ id, name }: RuleRow): Promise<void> => {
    const body = 'What it has found stays listed. It can be put back from the history.';
    if (!(await confirm({ title: `Remove the rule ${name}?`, body, action: 'Remove', danger: true }))) return;
    if (await remove.run(id)) toast(`The rule ${name} was removed`);
  };
  const itemsOf = (rule: RuleRow): MenuItem[] => [
    { label: 'Edit', icon: 'edit', onSelect: () => onEdit(rule.id) },
    rule.dryRun
      ? { label: 'Let it act…', icon: 'play', onSelect: () => onLive(rule.id) }
      : { label: 'Back to dry run', icon: 'pause', onSelect: () => void set.run(rule.id, { dryRun: true }) },
    {
      label: rule.enabled ? 'Disable' : 'Enable',
      icon: rule.enabled ? 'eye-off' : 'eye',
      // What begins to be applied is what is shown here; switching off is never refused.
      onSelect: () => void set.run(rule.id, rule.enabled ? { enabled: false } : { enabled: true, changedAtMs: rule.changedAtMs }),
    },
    { label: 'Remove…', icon: 'trash', danger: true, onSelect: () => void drop(rule) },
  ];
  const deeds: Column<RuleRow> = {
    id: 'deeds',
    label: 'Actions',
    quiet: true,
    end: true,
    cell: (rule) => <Menu label={`Actions for ${rule.name}`} items={itemsOf(rule)} />,
  };
  return (
    <Card flush>
      <Table label="Rules" rows={rules} rowKey={({ id }) => id} columns={isAdmin ? [...columns, deeds] : columns} />
    </Card>
  );
}
