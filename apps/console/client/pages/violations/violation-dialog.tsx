import type { JSX } from 'preact';
import type { DecisionAnswer, ViolationAnswer } from '../../../src/api/violations/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Facts, Notice } from '../../kit/card.tsx';
import { confirm, Dialog } from '../../kit/dialog.tsx';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Loaded } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, useQuery } from '../../kit/use-query.ts';
import { Severity } from '../rules/rule-table.tsx';
import { Original } from './original.tsx';
import { States } from './violation-list.tsx';

type Action = ViolationAnswer['can'][number];

const buttons: Record<Action, { label: string; danger?: boolean; question: string; body: string }> = {
  accept: {
    label: 'Accept the appeal',
    question: 'Accept the appeal?',
    body: 'The author is told that an admin agrees. Where the original is kept, it is posted again.',
  },
  reject: { label: 'Reject it', question: 'Reject the appeal?', body: 'The author is told that an admin disagrees. Nothing else changes.' },
  'put-back': {
    label: 'Put back',
    question: 'Post the original again?',
    body: 'A worker posts what is in quarantine in its channel, with who wrote it. It is kept no longer then.',
  },
  'delete-kept': {
    label: 'Delete the original',
    danger: true,
    question: 'Delete the original?',
    body: 'What is in quarantine is erased for good. Nobody can read it or put it back any more.',
  },
};

/** One violation: what was found, what was done, and what can be decided about it. */
export function ViolationDialog({ id, onClose }: { id: string; onClose: () => void }): JSX.Element {
  const violation = useQuery<ViolationAnswer>(`/api/violations/${id}`, { topics: ['violations'] });
  const isAdmin = useMay('admin');
  const decide = useMutation(async (action: Action) => api.post<DecisionAnswer>(`/api/violations/${id}/decision`, { action }), {
    invalidates: ['/api/violations', '/api/counts'],
  });
  const run = async (action: Action): Promise<void> => {
    const { question, body, label, danger = false } = buttons[action];
    if (!(await confirm({ title: question, body, action: label, danger }))) return;
    const answer = await decide.run(action);
    if (answer) toast(answer.text, answer.done ? {} : { tone: 'danger' });
  };
  const can = isAdmin ? (violation.data?.can ?? []) : [];
  const footer = can.length > 0 && (
    <>
      {can.map((action) => (
        <Button
          key={action}
          tone={buttons[action].danger ? 'danger' : action === 'accept' ? 'primary' : undefined}
          busy={decide.busy}
          onClick={() => void run(action)}
        >
          {buttons[action].label}
        </Button>
      ))}
    </>
  );
  return (
    <Dialog title="Violation" onClose={onClose} footer={footer} wide>
      <Loaded query={violation}>{(shown) => <Details violation={shown} />}</Loaded>
    </Dialog>
  );
}

function Details({ violation }: { violation: ViolationAnswer }): JSX.Element {
  const { findings, moreFindings, unread, error, canReveal, id } = violation;
  const isAdmin = useMay('admin');
  return (
    <div class="stack">
      <States of={violation} />
      {error !== null && <Notice tone="danger">It could not be removed: {error}</Notice>}
      <Facts facts={factsOf(violation)} />
      <ul class="stack tight">
        {findings.map((finding, index) => (
          <li key={index} class="row">
            <code>{finding.masked}</code>
            <span class="muted">
              {finding.where === 'text' ? 'in what it says' : `in ${finding.where}`}, {finding.ruleName}
            </span>
            <Severity of={finding.severity} />
            {finding.dryRun && <Badge>dry run</Badge>}
          </li>
        ))}
        {moreFindings > 0 && <li class="muted">and {moreFindings} more</li>}
        {unread.map(({ where, reason }) => (
          <li key={where} class="row">
            <Badge tone="warn">unread</Badge>
            <span class="muted">
              {where}: {reason}
            </span>
          </li>
        ))}
      </ul>
      {isAdmin && canReveal && <Original id={id} />}
    </div>
  );
}

function factsOf(violation: ViolationAnswer): [string, JSX.Element | string][] {
  const { foundAtMs, postedAtMs, channel, author, removedAtMs, kept, appeal, asked, link, isInThread } = violation;
  const by = (who: string | null, atMs: number | null): JSX.Element => (
    <>
      {who === null ? 'by itself' : actorText(who)}
      {atMs !== null && (
        <>
          , <Time at={atMs} as="moment" />
        </>
      )}
    </>
  );
  return [
    ['Channel', <code>{`${channel}${isInThread ? ', in a thread' : ''}`}</code>],
    ['Author', author === null ? 'unknown' : <code>{author}</code>],
    ['Posted', <Time at={postedAtMs} as="moment" />],
    ['Found', <Time at={foundAtMs} as="moment" />],
    ...(removedAtMs === null ? [] : [['Removed', <Time at={removedAtMs} as="moment" />] satisfies [string, JSX.Element]]),
    ...(kept.state === 'no'
      ? []
      : [
          [
            'Original',
            <>
              {keptLabels[kept.state]}, {by(kept.by, kept.atMs)}
            </>,
          ] satisfies [string, JSX.Element],
        ]),
    ...(asked === null
      ? []
      : [
          [
            'Asked for',
            <>
              {asked.what === 'put-back' ? 'putting back' : 'deleting'}, {by(asked.by, asked.atMs)}
            </>,
          ] satisfies [string, JSX.Element],
        ]),
    ...(appeal.state === 'no'
      ? []
      : [
          [
            'Appeal',
            <>
              {appeal.state}, {by(appeal.by, appeal.atMs)}
            </>,
          ] satisfies [string, JSX.Element],
        ]),
    ...(link === null ? [] : [['Message', <a href={link}>open it in the chat</a>] satisfies [string, JSX.Element]]),
  ];
}

const keptLabels = { kept: 'in quarantine', 'put-back': 'put back', deleted: 'deleted' } as const;
