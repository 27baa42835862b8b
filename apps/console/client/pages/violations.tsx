import type { JSX } from 'preact';
import type { RulesAnswer } from '../../src/api/rules/schema.ts';
import type { ViolationRow } from '../../src/api/violations/schema.ts';
import { Button } from '../kit/button.tsx';
import { Select, TextField } from '../kit/field.tsx';
import { More } from '../kit/more.tsx';
import { Filters, Page } from '../kit/page.tsx';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { useParam, useTextParam } from '../kit/use-param.ts';
import { useInfinite, useQuery, type Infinite } from '../kit/use-query.ts';
import { ViolationDialog } from './violations/violation-dialog.tsx';
import { ViolationList } from './violations/violation-list.tsx';
import './violations/violations.css';

const states = ['all', 'open', 'appealed', 'kept', 'removed', 'failed', 'dry-run', 'unread'] as const;
const stateLabels: Record<(typeof states)[number], string> = {
  all: 'All states',
  open: 'To be looked at',
  appealed: 'Appeals that wait',
  kept: 'In quarantine',
  removed: 'Removed',
  failed: 'Could not be removed',
  'dry-run': 'Dry run',
  unread: 'With unread files',
};
const spans = ['1', '7', '30', 'all'] as const;
const spanLabels: Record<(typeof spans)[number], string> = { 1: 'Last day', 7: 'Last 7 days', 30: 'Last 30 days', all: 'Any time' };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function ViolationsPage(): JSX.Element {
  const [state, setState] = useParam('state', 'all', states);
  const [rule, setRule] = useTextParam('rule');
  const [channel, setChannel] = useTextParam('channel');
  const [days, setDays] = useParam('days', 'all', spans);
  const [open, setOpen] = useTextParam('id');
  const rules = useQuery<RulesAnswer>('/api/rules', { topics: ['rules'] });
  const params = paramsOf({ state, rule, channel, days });
  const found = useInfinite<ViolationRow>('/api/violations', params, { topics: ['violations'] });
  const ruleOptions = [{ value: '', label: 'All rules' }, ...(rules.data?.rules ?? []).map(({ id, name }) => ({ value: id, label: name }))];
  const isFiltered = state !== 'all' || Boolean(rule) || Boolean(channel) || days !== 'all';
  return (
    <Page
      title="Violations"
      about="Messages in which rules found something, and what was done about them. What matched is never shown in full."
    >
      <Filters>
        <Select
          inline
          label="State"
          value={state}
          options={states.map((value) => ({ value, label: stateLabels[value] }))}
          onChange={setState}
        />
        <Select inline label="Rule" value={rule} options={ruleOptions} onChange={setRule} />
        <Select inline label="Time" value={days} options={spans.map((value) => ({ value, label: spanLabels[value] }))} onChange={setDays} />
        <div class="violation-channel">
          <TextField label="Channel" placeholder="Channel, such as C0123ABCD" value={channel} onInput={setChannel} autocomplete="off" />
        </div>
      </Filters>
      <Found found={found} isFiltered={isFiltered} onOpen={(id) => setOpen(id, { push: true })} />
      {open && <ViolationDialog id={open} onClose={() => setOpen('')} />}
    </Page>
  );
}

/** What the API is asked. */
function paramsOf({ state, rule, channel, days }: { state: string; rule: string; channel: string; days: string }) {
  // By the hour: the address of the list must not change with each drawing.
  const fromMs = days === 'all' ? undefined : Math.floor(Date.now() / hourMs) * hourMs - Number(days) * dayMs;
  const isChannel = /^(?:[a-z]+:)?[A-Z][A-Z0-9]+$/.test(channel);
  return { state: state === 'all' ? undefined : state, rule, channel: isChannel ? channel : undefined, fromMs };
}

function Found({
  found,
  isFiltered,
  onOpen,
}: {
  found: Infinite<ViolationRow>;
  isFiltered: boolean;
  onOpen: (id: string) => void;
}): JSX.Element {
  if (found.error && found.items.length === 0) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (!found.ready) return <Skeleton lines={5} />;
  return (
    <>
      {found.items.length === 0 && !found.more && <Nothing isFiltered={isFiltered} />}
      {found.items.length > 0 && <ViolationList violations={found.items} onOpen={onOpen} />}
      <More list={found} />
    </>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }): JSX.Element {
  if (isFiltered)
    return (
      <Empty icon="violation" title="Nothing fits">
        Choose another state, rule or time above.
      </Empty>
    );
  return (
    <Empty icon="check" title="No rule has found anything" action={<Button href="/rules">To the rules</Button>}>
      What rules find is listed here for as long as it is kept, with what was done about it.
    </Empty>
  );
}
