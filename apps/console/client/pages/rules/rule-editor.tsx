import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CheckAnswer, EditBody, RuleRow, RulesAnswer } from '../../../src/api/rules/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Notice } from '../../kit/card.tsx';
import { invalidate } from '../../kit/cache.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { Checkbox, Select, TextArea, TextField } from '../../kit/field.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation, type Mutation } from '../../kit/use-query.ts';
import { ChangedMeanwhile } from './changed-meanwhile.tsx';
import { draftOf, settingsOf, type Draft } from './draft.ts';

/** After the last key the settings are checked. Milliseconds. */
const checkAfterMs = 350;

const scans = [
  { value: 'both', label: 'What messages say and files contain' },
  { value: 'text', label: 'What messages say' },
  { value: 'files', label: 'What files contain' },
] as const;
const severities = ['low', 'medium', 'high', 'critical'] as const;
const scopes = [
  { value: 'all', label: 'All channels' },
  { value: 'some', label: 'Only these channels' },
  { value: 'all-but', label: 'All channels but these' },
] as const;

/**
 * Adds a rule (`rule` null), or edits one. What is typed is checked before it can be saved; where somebody else changes the rule meanwhile,
 * nothing is saved until it was looked at again.
 */
export function RuleEditor({ rule, answer, onClose }: { rule: RuleRow | null; answer: RulesAnswer; onClose: () => void }): JSX.Element {
  const [opened, setOpened] = useState(rule);
  const [draft, setDraft] = useState<Draft>(() => draftOf(rule));
  const check = useCheck(opened, draft);
  const set = <K extends keyof Draft>(name: K, value: Draft[K]): void =>
    setDraft((now) => ({ ...now, isTouched: now.isTouched || (now.name !== '' && name !== 'name'), [name]: value }));
  const save = useSave(opened, draft, onClose);
  // What was wrong with it is said until something else is typed after that, and is not wrong with another one.
  const [refused, setRefused] = useState<Draft | null>(null);
  useEffect(() => setRefused(draft), [save.error]);
  const isStale = rule?.changedAtMs !== opened?.changedAtMs;
  const look = (): void => {
    setOpened(rule);
    setDraft(draftOf(rule));
  };
  const fault = (refused === draft ? save.error?.message : undefined) ?? (draft.isTouched ? check?.fault?.message : undefined);
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button tone="primary" busy={save.busy} disabled={isStale || check === null || check.fault !== null} onClick={() => void save.run()}>
        {rule ? 'Save' : 'Add'}
      </Button>
    </>
  );
  return (
    <Dialog title={rule ? `Edit ${rule.name}` : 'Add a rule'} onClose={onClose} footer={footer} wide>
      <div class="stack">
        <LookFields draft={draft} answer={answer} set={set} />
        <ScopeFields draft={draft} set={set} />
        <ActionFields draft={draft} answer={answer} set={set} />
        <WordFields draft={draft} set={set} />
        <div role="status" aria-live="polite">
          {isStale && rule ? <ChangedMeanwhile rule={rule.id} onLook={look} /> : <Said fault={fault} check={check} />}
        </div>
      </div>
    </Dialog>
  );
}

/** Saves a rule as it was opened, with what was typed; nothing if somebody else has changed it since. */
function useSave(opened: RuleRow | null, draft: Draft, onClose: () => void): Mutation<[], unknown> {
  return useMutation(
    async () => {
      const settings = settingsOf(draft);
      const edit: EditBody = { ...settings, ...(opened && { changedAtMs: opened.changedAtMs }) };
      const saving = opened ? api.put(`/api/rules/${opened.id}`, edit) : api.post('/api/rules', settings);
      return saving.finally(() => invalidate('/api/rules'));
    },
    {
      quiet: true,
      done: () => {
        toast(opened ? `The rule ${draft.name} was saved` : `The rule ${draft.name} was added, in dry run`);
        onClose();
      },
    },
  );
}

function Said({ fault, check }: { fault: string | undefined; check: CheckAnswer | null }): JSX.Element | null {
  if (fault) return <Notice tone="danger">{fault}</Notice>;
  if (!check?.described) return null;
  return (
    <p class="small muted rule-look">
      <strong>It would be:</strong> {check.described}
    </p>
  );
}

interface FieldsProps {
  draft: Draft;
  set: <K extends keyof Draft>(name: K, value: Draft[K]) => void;
}

function LookFields({ draft, answer, set }: FieldsProps & { answer: RulesAnswer }): JSX.Element {
  const looks = [{ value: '', label: 'A pattern' }, ...answer.detectors.map(({ name, finds }) => ({ value: name, label: `Any ${finds}` }))];
  return (
    <>
      <TextField label="Name" autofocus value={draft.name} onInput={(value) => set('name', value)} autocomplete="off" />
      <div class="rule-pair">
        <Select label="Looks for" value={draft.detector} options={looks} onChange={(value) => set('detector', value)} />
        <Select label="In" value={draft.scan} options={scans} onChange={(value) => set('scan', value)} />
      </div>
      {draft.detector === '' && (
        <TextArea
          label="Pattern"
          hint="RE2, such as AKIA[0-9A-Z]{16}. It is matched in linear time, so lookahead and backreferences are not possible."
          rows={2}
          value={draft.pattern}
          onInput={(value) => set('pattern', value)}
        />
      )}
    </>
  );
}

function ScopeFields({ draft, set }: FieldsProps): JSX.Element {
  return (
    <>
      <div class="rule-pair">
        <Select label="Where" value={draft.scope} options={scopes} onChange={(value) => set('scope', value)} />
        {draft.scope !== 'all' && (
          <TextField
            label="Channels"
            hint="Ids such as C0123ABCD, with commas"
            value={draft.channels}
            onInput={(value) => set('channels', value)}
            autocomplete="off"
          />
        )}
      </div>
      <TextField
        label="Exempt"
        hint="Ids of members, bots or apps such as U0123ABCD, with commas; empty: nobody"
        value={draft.exempt}
        onInput={(value) => set('exempt', value)}
        autocomplete="off"
      />
    </>
  );
}

function ActionFields({ draft, answer, set }: FieldsProps & { answer: RulesAnswer }): JSX.Element {
  const actions = [
    { value: 'report', label: 'Tell the admins' },
    {
      value: 'quarantine',
      label: answer.canQuarantine ? 'Remove, and keep the original' : 'Remove, and keep the original (needs QUARANTINE_KEY)',
    },
    { value: 'remove', label: 'Remove' },
  ] as const;
  return (
    <div class="rule-pair">
      <Select label="Then" value={draft.action} options={actions} onChange={(value) => set('action', value)} />
      <Select
        label="Severity"
        value={draft.severity}
        options={severities.map((value) => ({ value, label: value }))}
        onChange={(value) => set('severity', value)}
      />
      {draft.action !== 'report' && (
        <TextField
          label="Removals an hour at most"
          hint="Then it goes back to its dry run"
          type="number"
          min={1}
          max={100_000}
          value={draft.mostAnHour}
          onInput={(value) => set('mostAnHour', value)}
        />
      )}
    </div>
  );
}

function WordFields({ draft, set }: FieldsProps): JSX.Element {
  return (
    <>
      <TextArea
        label="Description for authors"
        hint="What is not allowed, and what to do instead"
        rows={2}
        value={draft.description}
        onInput={(value) => set('description', value)}
      />
      <TextField
        label="Notice in the channel after a removal"
        hint="Empty: none"
        value={draft.notice}
        onInput={(value) => set('notice', value)}
      />
      <Checkbox
        label="Dry run: only record and report what it would have done"
        checked={draft.dryRun}
        onChange={(value) => set('dryRun', value)}
      />
    </>
  );
}

/** What the server says about the settings as they are typed; null: it has not said anything yet. */
function useCheck(rule: RuleRow | null, draft: Draft): CheckAnswer | null {
  const id = rule?.id ?? null;
  const [answer, setAnswer] = useState<CheckAnswer | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    const ask = async (): Promise<void> => {
      const said = await api.post<CheckAnswer>('/api/rules/check', { id, settings: settingsOf(draft) }).catch((error: unknown) => ({
        fault: { code: 'internal', message: error instanceof Error ? error.message : String(error) },
        described: null,
      }));
      if (!asking.signal.aborted) setAnswer(said);
    };
    const timer = setTimeout(() => void ask(), checkAfterMs);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [id, draft]);
  return answer;
}
