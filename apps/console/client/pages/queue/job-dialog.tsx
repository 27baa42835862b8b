import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChangedAnswer, JobAnswer } from '../../../src/api/queue/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Facts, Notice } from '../../kit/card.tsx';
import { confirm, Dialog } from '../../kit/dialog.tsx';
import { formatNumber } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { Loaded } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, useQuery } from '../../kit/use-query.ts';
import { meaningOf } from './meanings.ts';
import { purposes } from './kinds.tsx';

const states: Record<JobAnswer['state'], string> = { failed: 'failed', waiting: 'waits', delayed: 'waits for a time', active: 'runs' };

/** What has become of a job that somebody else has changed. */
const words: Readonly<Record<string, string>> = { ...states, failed: 'has failed', completed: 'is done' };

/** One job: what it is about, why it failed, and what that means. */
export function JobDialog({ id, onClose }: { id: string; onClose: () => void }): JSX.Element {
  const job = useQuery<JobAnswer>(`/api/queue/jobs/${encodeURIComponent(id)}`, { topics: ['queue'] });
  const mayRetry = useMay('editor');
  const mayDrop = useMay('admin');
  const options = { invalidates: ['/api/queue'], done: onClose };
  const retry = useMutation(async () => api.post<ChangedAnswer>('/api/queue/retry', { ids: [id] }), options);
  const drop = useMutation(async () => api.post<ChangedAnswer>('/api/queue/drop', { ids: [id] }), options);
  const run = async (what: 'retry' | 'drop'): Promise<void> => {
    const body = 'It is gone for good: nobody can try it again.';
    if (what === 'drop' && !(await confirm({ title: 'Drop this job?', body, action: 'Drop', danger: true }))) return;
    const answer = await (what === 'drop' ? drop : retry).run();
    if (!answer) return;
    const done = what === 'drop' ? 'The job was dropped' : 'The job is back in the queue';
    toast(answer.done === 1 ? done : `Not done: it ${words[answer.refused[0]?.outcome ?? ''] ?? 'is gone'} by now`);
  };
  const { data } = job;
  const footer = data && (
    <>
      {mayDrop && data.state !== 'active' && (
        <Button tone="danger" icon="trash" busy={drop.busy} onClick={() => void run('drop')}>
          Drop
        </Button>
      )}
      {mayRetry && data.state === 'failed' && (
        <Button tone="primary" icon="refresh" busy={retry.busy} onClick={() => void run('retry')}>
          Try again
        </Button>
      )}
    </>
  );
  return (
    <Dialog title={data ? `${data.kind} job` : 'Job'} onClose={onClose} footer={footer} wide>
      <Loaded query={job}>{(shown) => <Details job={shown} />}</Loaded>
    </Dialog>
  );
}

function Details({ job }: { job: JobAnswer }): JSX.Element {
  const { id, kind, state, attempts, maxAttempts, sentAtMs, atMs, reason, about } = job;
  return (
    <div class="stack">
      <p class="muted">Its work: {purposes[kind] ?? kind}.</p>
      {reason && (
        <Notice tone="danger">
          {reason.code && <code>{reason.code}</code>} {reason.message}
          {reason.code && <Meaning code={reason.code} />}
        </Notice>
      )}
      <Facts
        facts={[
          ['State', <Badge tone={state === 'failed' ? 'danger' : 'info'}>{states[state]}</Badge>],
          ['Sent', <Time at={sentAtMs} as="moment" />],
          [{ failed: 'Failed', waiting: 'Sent', delayed: 'Due', active: 'Taken' }[state], <Time at={atMs} as="moment" />],
          ['Attempts', `${formatNumber(attempts)} of ${formatNumber(maxAttempts)}`],
          ['Id', <code class="queue-id">{id}</code>],
          ...Object.entries(about)
            .filter(([name]) => name !== 'v')
            .map(([name, value]) => [labelOf(name), <code class="queue-id">{String(value)}</code>] as const),
        ]}
      />
      <p class="small faint">What people wrote, names and addresses are never shown here.</p>
    </div>
  );
}

/** `messageId` as people read it: `Message id`. */
const labelOf = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What the documentation says about an error's code. */
function Meaning({ code }: { code: string }): JSX.Element | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    void meaningOf(code).then((meaning) => isShown && setText(meaning));
    return () => {
      isShown = false;
    };
  }, [code]);
  return text === null ? null : <p class="small">{text}</p>;
}
