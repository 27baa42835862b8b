import type { JSX } from 'preact';
import type { RulesAnswer } from '../../src/api/rules/schema.ts';
import type { ViolationRow } from '../../src/api/violations/schema.ts';
import { Button } from '../kit/button.tsx';
import { Select, TextField } from '../kit/field.tsx';
import { Filters, Page } from '../kit/page.tsx';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { useParam } from '../kit/use-param.ts';
import { useInfinite, useQuery } from '../kit/use-query.ts';
import { ViolationDialog } from './violations/violation-dialog.tsx';
import { ViolationList } from './violations/violation-list.tsx';
import './violations/violations.css';

const states = ['all', 'open', 'appealed', 'kept', 'removed', 'failed', 'dry-run', 'unread'] as const;
const stateLabels: Record<(typeof states)[number], string> = {
  all: 'All',
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
const dayMs = 86_400_000;

export function ViolationsPage(): JSX.Element {
  const [state, setState] = useParam('state', 'all', states);
  const [rule, setRule] = useParam<string>('rule', '');
  const [channel, setChannel] = useParam<string>('channel', '');
  const [days, setDays] = useParam('days', 'all', spans);
  const [open, setOpen] = useParam<string>('id', '');
  const rules = useQuery<RulesAnswer>('/api/rules', { topics: ['rules'] });
  // By the day: the address of the list must not change with each drawing.
  const fromMs = days === 'all' ? undefined : Math.floor(Date.now() / 3_600_000) * 3_600_000 - Number(days) * dayMs;
  const isChannel = /^(?:[a-z]+:)?[A-Z][A-Z0-9]+$/.test(channel);
  const params = { state: state === 'all' ? undefined : state, rule, channel: isChannel ? channel : undefined, fromMs };
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
      {found.error && found.items.length === 0 && <ErrorState error={found.error} onRetry={found.refetch} />}
      {!found.ready && !found.error && <Skeleton lines={5} />}
      {found.ready && found.items.length === 0 && !found.more && <Nothing isFiltered={isFiltered} />}
      {found.items.length > 0 && <ViolationList violations={found.items} onOpen={(id) => setOpen(id, { push: true })} />}
      {found.more && (
        <div class="violation-more">
          <Button onClick={found.loadMore} busy={found.loading}>
            {found.items.length === 0 ? 'Look further back' : 'Show more'}
          </Button>
        </div>
      )}
      {open && <ViolationDialog id={open} onClose={() => setOpen('')} />}
    </Page>
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
