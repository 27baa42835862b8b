import type { JSX } from 'preact';
import type { RulesAnswer } from '../../src/api/rules/schema.ts';
import { withParams } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Notice } from '../kit/card.tsx';
import { formatNumber } from '../kit/format.ts';
import { Page } from '../kit/page.tsx';
import { useMay } from '../kit/session.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { useParam } from '../kit/use-param.ts';
import { useQuery } from '../kit/use-query.ts';
import { GoLive } from './rules/go-live.tsx';
import { RuleEditor } from './rules/rule-editor.tsx';
import { RuleHistory } from './rules/rule-history.tsx';
import { RuleTable } from './rules/rule-table.tsx';
import { TryRule } from './rules/try-rule.tsx';
import './rules/rules.css';

const tabs = ['rules', 'try', 'history'] as const;
const labels: Record<(typeof tabs)[number], string> = { rules: 'Rules', try: 'Try', history: 'History' };

export function RulesPage(): JSX.Element {
  const rules = useQuery<RulesAnswer>('/api/rules', { topics: ['rules', 'violations'] });
  const [tab] = useParam('tab', 'rules', tabs);
  const [edited, edit] = useParam<string>('edit', '');
  const [live, goLive] = useParam<string>('live', '');
  const isAdmin = useMay('admin');
  const { data } = rules;
  const add = isAdmin && (
    <Button tone="primary" icon="plus" onClick={() => edit('new', { push: true })}>
      Add a rule
    </Button>
  );
  const editedRule = data?.rules.find(({ id }) => id === edited) ?? null;
  const liveRule = data?.rules.find(({ id }) => id === live);
  const links = tabs.map((each) => ({
    href: withParams('/rules', { tab: each === 'rules' ? undefined : each }),
    label: labels[each],
    count: each === 'rules' ? data?.rules.length : undefined,
    current: each === tab,
  }));
  return (
    <Page title="Rules" about="What may not be said or posted in the chat, and what happens then." actions={add}>
      <Tabs label="Rules" tabs={links} />
      <Loaded query={rules}>
        {(shown) => (
          <>
            {tab === 'rules' && <AllRules answer={shown} onEdit={edit} onLive={goLive} add={add} />}
            {tab === 'try' && <TryRule answer={shown} />}
            {tab === 'history' && <RuleHistory />}
          </>
        )}
      </Loaded>
      {data && isAdmin && (edited === 'new' || editedRule) && (
        <RuleEditor key={edited} rule={editedRule} answer={data} onClose={() => edit('')} />
      )}
      {isAdmin && liveRule && <GoLive rule={liveRule} onClose={() => goLive('')} />}
    </Page>
  );
}

function AllRules({
  answer,
  onEdit,
  onLive,
  add,
}: {
  answer: RulesAnswer;
  onEdit: (id: string, options: { push: boolean }) => void;
  onLive: (id: string, options: { push: boolean }) => void;
  add: JSX.Element | false;
}): JSX.Element {
  const { rules, isCut } = answer;
  if (rules.length === 0) {
    return (
      <Empty icon="rules" title="There are no rules yet" action={add}>
        A rule looks for a pattern, or for keys, card numbers or addresses. It begins in a dry run: it only says what it would have done.
      </Empty>
    );
  }
  return (
    <div class="stack">
      {isCut && <Notice>More than {formatNumber(2_000)} messages matched within a week: only the newest are counted below.</Notice>}
      <RuleTable rules={rules} onEdit={(id) => onEdit(id, { push: true })} onLive={(id) => onLive(id, { push: true })} />
    </div>
  );
}
