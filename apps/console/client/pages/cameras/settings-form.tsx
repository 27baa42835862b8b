import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CameraSettingsOfPage, CheckedOfPage, SettingOfPage } from '../../../src/api/cameras/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Card } from '../../kit/card.tsx';
import { Select, TextField } from '../../kit/field.tsx';
import { useMay } from '../../kit/session.ts';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';
import { Check } from './check-dialog.tsx';
import { MaskEditor } from './mask-editor.tsx';
import { draftOf, polygonsOf, setOf, typedNumber, type Draft } from './settings-draft.ts';
import { originText, plainText, policyWords, settingWords, valueText } from './settings-words.ts';

/** The settings of a camera: each with where it comes from; what is changed is checked before it is saved. */
export function SettingsForm({
  settings,
  name,
  onSaved,
}: {
  settings: CameraSettingsOfPage;
  name: string;
  onSaved: () => void;
}): JSX.Element {
  const [draft, setDraft] = useState<Draft>(() => draftOf(settings.set));
  const [checked, setChecked] = useState<CheckedOfPage | null>(null);
  /** What was checked, and is saved if the admin says so; null: nothing is asked. */
  const [asking, setAsking] = useState<ReturnType<typeof setOf> | null>(null);
  const mayEdit = useMay('admin');
  const { place, revision } = settings;
  const set = setOf(draft);
  const isChanged = JSON.stringify(set) !== JSON.stringify(setOf(draftOf(settings.set)));
  const check = useMutation(async () => api.post<CheckedOfPage>('/api/cameras/settings/check', { place, set }), {
    done: (result) => {
      setChecked(result);
      setAsking(result.faults.length === 0 ? set : null);
      if (result.faults.length > 0) toast('Some settings have faults: see below.', { tone: 'danger' });
    },
  });
  const save = useMutation(async () => api.put('/api/cameras/settings', { place, set: asking, revision }), {
    invalidates: ['/api/cameras'],
    done: () => {
      setAsking(null);
      toast(`Saved. It holds within some seconds, everywhere.`);
      onSaved();
    },
  });
  const change = (setting: SettingOfPage['setting'], value: unknown): void => {
    setDraft((before) => {
      const next = { ...before, [setting]: value };
      if (value === undefined) delete next[setting];
      return next;
    });
    setChecked(null);
  };
  return (
    <Card
      title="Settings"
      actions={
        mayEdit ? (
          <CheckButton disabled={!isChanged} busy={check.busy} onClick={() => void check.run()} />
        ) : (
          <span class="muted small">Only admins change these.</span>
        )
      }
    >
      <div class="settings">
        {settings.settings.map((setting) =>
          setting.setting === 'masks' && place === null ? null : (
            <Setting
              key={setting.setting}
              setting={setting}
              own={draft[setting.setting]}
              fault={faultIn(checked, setting.setting)}
              disabled={!mayEdit}
              snapshotId={settings.lastSnapshotId}
              onChange={(value) => change(setting.setting, value)}
            />
          ),
        )}
      </div>
      {asking && checked && (
        <Check
          name={name}
          checked={checked}
          masks={asking['masks'] === undefined ? null : polygonsOf(asking['masks'])}
          snapshotId={settings.lastSnapshotId}
          busy={save.busy}
          onClose={() => setAsking(null)}
          onSave={() => void save.run()}
        />
      )}
    </Card>
  );
}

function CheckButton({ disabled, busy, onClick }: { disabled: boolean; busy: boolean; onClick: () => void }): JSX.Element {
  return (
    <Button tone="primary" disabled={disabled} busy={busy} onClick={onClick}>
      Check and save…
    </Button>
  );
}

const faultIn = (checked: CheckedOfPage | null, setting: string): string | null =>
  checked?.faults.find((fault) => fault.setting === setting)?.message ?? null;

interface SettingProps {
  setting: SettingOfPage;
  /** What is set here; undefined: nothing. */
  own: unknown;
  fault: string | null;
  disabled: boolean;
  snapshotId: string | null;
  onChange: (value: unknown) => void;
}

function Setting({ setting: { setting, without }, own, fault, disabled, snapshotId, onChange }: SettingProps): JSX.Element {
  const { kind } = settingWords[setting];
  const isOwn = own !== undefined;
  const value = isOwn ? own : without.value;
  const text = plainText(value);
  return (
    <div class={kind === 'masks' ? 'setting whole' : 'setting'}>
      <div class="setting-field">
        <Control
          setting={setting}
          text={text}
          value={value}
          fault={fault}
          disabled={disabled}
          snapshotId={snapshotId}
          onChange={onChange}
        />
      </div>
      <div class="setting-origin small">
        {isOwn ? <Badge tone="info">set here</Badge> : <Badge>{originText(without.origin)}</Badge>}
        {isOwn && !disabled && (
          <Button size="small" tone="quiet" icon="undo" onClick={() => onChange(undefined)}>
            {without.origin.from === 'file'
              ? 'Back to the file’s'
              : without.origin.from === 'console'
                ? 'Back to all cameras’'
                : 'Back to the default'}
            : {valueText(setting, without.value)}
          </Button>
        )}
      </div>
    </div>
  );
}

type ControlProps = Pick<SettingProps, 'fault' | 'disabled' | 'snapshotId' | 'onChange'> & {
  setting: SettingOfPage['setting'];
  text: string;
  value: unknown;
};

function Control({ setting, text, value, fault, disabled, snapshotId, onChange }: ControlProps): ComponentChildren {
  const { label, hint, kind, unit } = settingWords[setting];
  if (kind === 'masks')
    return (
      <MaskEditor
        label={label}
        hint={hint}
        fault={fault}
        masks={polygonsOf(value)}
        snapshotId={snapshotId}
        disabled={disabled}
        onChange={onChange}
      />
    );
  if (kind === 'policy') {
    const options = Object.entries(policyWords).map(([each, words]) => ({ value: each, label: words }));
    return <Select label={label} hint={hint} fault={fault} value={text} options={options} disabled={disabled} onChange={onChange} />;
  }
  return (
    <TextField
      label={unit ? `${label} (${unit})` : label}
      hint={hint}
      fault={fault}
      value={text}
      readOnly={disabled}
      placeholder={setting === 'smallestFacePx' ? 'whatever can be seen' : ''}
      onInput={(typed) => onChange(kind === 'number' ? (typed.trim() === '' ? undefined : typedNumber(typed)) : typed)}
    />
  );
}
