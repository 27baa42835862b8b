import type { JSX } from 'preact';
import type { CameraSettingsOfPage, SettingsHistory } from '../../../src/api/cameras/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Card } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, useQuery } from '../../kit/use-query.ts';
import { draftOf } from './settings-draft.ts';
import { settingWords, valueText } from './settings-words.ts';
import { settingNames } from '../../../src/api/cameras/setting-names.ts';

type Change = SettingsHistory['items'][number];

/** Who changed what here, and a way back. */
export function History({
  place,
  settings,
  onReverted,
}: {
  place: string | null;
  settings: CameraSettingsOfPage | undefined;
  onReverted: () => void;
}): JSX.Element | null {
  const mayEdit = useMay('admin');
  const { data } = useQuery<SettingsHistory>('/api/cameras/settings/history', { topics: ['cameras'] });
  const revert = useMutation(
    async (change: Change) => api.put('/api/cameras/settings', { place, set: change.before, revision: settings?.revision ?? 0 }),
    {
      invalidates: ['/api/cameras'],
      done: () => {
        toast('Back to how it was before that change.');
        onReverted();
      },
    },
  );
  const changes = (data?.items ?? []).filter((change) => change.place === place);
  if (changes.length === 0) return null;
  const ask = async (change: Change): Promise<void> => {
    const yes = await confirm({
      title: 'Go back to before this change?',
      body: 'All that the console set here becomes what it was before. Later changes are taken back with it.',
      action: 'Go back',
    });
    if (yes) await revert.run(change);
  };
  return (
    <Card title="Changes" flush>
      <ul class="history">
        {changes.map((change) => (
          <li key={change.atMs}>
            <div class="grow">
              <div>{whatChanged(change)}</div>
              <div class="muted small">
                {actorText(change.by)}, <Time at={change.atMs} />
              </div>
            </div>
            {mayEdit && (
              <Button size="small" icon="undo" disabled={revert.busy} onClick={() => void ask(change)}>
                Before this
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function whatChanged({ before, after }: Change): string {
  const [one, other] = [draftOf(before), draftOf(after)];
  const changed = settingNames.filter((setting) => JSON.stringify(one[setting]) !== JSON.stringify(other[setting]));
  const told = changed.map((setting) => {
    const value = other[setting];
    return `${settingWords[setting].label}: ${value === undefined ? 'no longer set here' : valueText(setting, value)}`;
  });
  return told.join('; ') || 'saved without a change';
}
