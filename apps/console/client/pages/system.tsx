import type { JSX } from 'preact';
import type { SystemAnswer } from '../../src/api/system/schema.ts';
import { api, withParams } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { confirm } from '../kit/dialog.tsx';
import { Page } from '../kit/page.tsx';
import { Loaded } from '../kit/states.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { useParam } from '../kit/use-param.ts';
import { useQuery } from '../kit/use-query.ts';
import { Examination } from './system/examination.tsx';
import { Overview } from './system/overview.tsx';
import { Receipts } from './system/receipts.tsx';
import { Kept } from './system/storage.tsx';
import './system/system.css';

const tabs = ['overview', 'data', 'receipts', 'examination'] as const;
type TabName = (typeof tabs)[number];
const labels: Record<TabName, string> = { overview: 'Overview', data: 'Data kept', receipts: 'Receipts', examination: 'Examination' };

/** What runs, what it stands on, what is kept for how long, and what a worker found when it looked. */
export function SystemPage(): JSX.Element {
  const [tab] = useParam<TabName>('tab', 'overview', tabs);
  return (
    <Page
      title="System"
      about="What runs, what it stands on, and what is kept for how long."
      actions={
        <Button icon="lock" onClick={() => void signOutEverywhere()}>
          Sign out everywhere
        </Button>
      }
    >
      <div class="stack">
        <Tabs
          label="About the system"
          tabs={tabs.map((each) => ({
            href: withParams('/system', { tab: each === 'overview' ? undefined : each }),
            label: labels[each],
            current: each === tab,
          }))}
        />
        {tab === 'overview' && <Running />}
        {tab === 'data' && <Kept />}
        {tab === 'receipts' && <Receipts />}
        {tab === 'examination' && <Examination />}
      </div>
    </Page>
  );
}

function Running(): JSX.Element {
  const system = useQuery<SystemAnswer>('/api/system', { topics: ['alerts', 'queue', 'system'] });
  return <Loaded query={system}>{(data) => <Overview system={data} />}</Loaded>;
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
