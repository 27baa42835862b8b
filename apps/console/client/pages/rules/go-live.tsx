import type { JSX } from 'preact';
import type { EditBody, RuleRow, WouldAnswer } from '../../../src/api/rules/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Notice } from '../../kit/card.tsx';
import { invalidate } from '../../kit/cache.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { formatCount } from '../../kit/format.ts';
import { Loaded } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, useQuery } from '../../kit/use-query.ts';
import { ChangedMeanwhile } from './changed-meanwhile.tsx';

const happens: Record<RuleRow['action'], string> = {
  report: 'the admins are told',
  quarantine: 'the message is removed, and its original kept encrypted for the admins',
  remove: 'the message is removed, and nothing of it is kept',
};

/** Before a rule acts: what it would have done since its dry run began. */
export function GoLive({ rule, onClose }: { rule: RuleRow; onClose: () => void }): JSX.Element {
  const found = useQuery<WouldAnswer>(`/api/rules/${rule.id}/would`);
  // What was found since its last change is what it would do as it is now.
  const changedAtMs = found.data?.fromMs;
  const isStale = !found.loading && changedAtMs !== undefined && changedAtMs !== rule.changedAtMs;
  const live = useMutation(
    async () => {
      const edit: EditBody = { dryRun: false, enabled: true, ...(changedAtMs !== undefined && { changedAtMs }) };
      return api.put(`/api/rules/${rule.id}`, edit).finally(() => invalidate('/api/rules'));
    },
    {
      done: () => {
        toast(`The rule ${rule.name} acts from now on`);
        onClose();
      },
    },
  );
  const footer = (
    <>
      <Button onClick={onClose}>Leave it in dry run</Button>
      <Button
        tone={rule.action === 'report' ? 'primary' : 'danger-primary'}
        busy={live.busy}
        disabled={changedAtMs === undefined || isStale}
        onClick={() => void live.run()}
      >
        Let it act
      </Button>
    </>
  );
  return (
    <Dialog title={`Let ${rule.name} act?`} onClose={onClose} footer={footer}>
      <div class="stack">
        <p>
          From then on, whenever it finds something, {happens[rule.action]}. Beyond {formatCount(rule.mostAnHour, 'removal')} an hour it
          goes back to its dry run by itself.
        </p>
        {isStale && <ChangedMeanwhile rule={rule.id} onLook={found.refetch} />}
        <Loaded query={found}>{(would) => <Would would={would} />}</Loaded>
      </div>
    </Dialog>
  );
}

function Would({ would }: { would: WouldAnswer }): JSX.Element {
  const { fromMs, messages, isCut, channels, examples } = would;
  if (messages === 0) {
    return (
      <Notice tone="warn">
        It has found nothing since <Time at={fromMs} as="moment" />: nobody knows yet what it would do.
      </Notice>
    );
  }
  return (
    <>
      <p>
        Since <Time at={fromMs} as="moment" /> it would have acted on{' '}
        <strong>
          {formatCount(messages, 'message')}
          {isCut ? ' and more' : ''}
        </strong>
        : {channels.map(({ channel, messages: count }) => `${String(count)} in ${channel}`).join(', ')}.
      </p>
      <ul class="stack tight">
        {examples.map(({ masked, where, channel, atMs }, index) => (
          <li key={index} class="row small">
            <code>{masked}</code>
            <span class="muted">
              {where} in {channel}, <Time at={atMs} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
