import type { JSX } from 'preact';
import type { CheckedOfPage } from '../../../src/api/cameras/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Notice } from '../../kit/card.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { formatCount, formatNumber } from '../../kit/format.ts';
import { MaskPicture } from './mask-picture.tsx';
import type { Polygon } from './settings-draft.ts';
import { settingWords, valueText } from './settings-words.ts';

/** What would change, before it is saved. */
export function Check({
  name,
  checked,
  masks,
  snapshotId,
  busy,
  onClose,
  onSave,
}: {
  name: string;
  checked: CheckedOfPage;
  /** Null: the console sets none. */
  masks: readonly Polygon[] | null;
  snapshotId: string | null;
  busy: boolean;
  onClose: () => void;
  onSave: () => void;
}): JSX.Element {
  const { changes, preview } = checked;
  const dropped = preview ? preview.tooSmall + preview.masked : 0;
  return (
    <Dialog
      title={`Change ${name}?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Go on editing</Button>
          <Button tone="primary" busy={busy} onClick={onSave}>
            Save
          </Button>
        </>
      }
    >
      <div class="stack">
        {changes.length === 0 && (
          <p>Nothing changes now: the same holds already, from the file or by default. Saved here, it stays so whatever the file says.</p>
        )}
        {changes.length > 0 && (
          <dl class="changes">
            {changes.map(({ setting, before, after }) => (
              <div key={setting}>
                <dt>{settingWords[setting].label}</dt>
                <dd>
                  <span class="muted">{valueText(setting, before)}</span> <span aria-label="becomes">→</span>{' '}
                  <strong>{valueText(setting, after)}</strong>
                </dd>
              </div>
            ))}
          </dl>
        )}
        {preview && (
          <Notice tone={dropped > preview.faces / 2 && dropped > 0 ? 'warn' : 'info'}>
            {dropped === 0
              ? `None of the last ${formatCount(preview.faces, 'face')} would have been left out.`
              : `Of the last ${formatCount(preview.faces, 'face')} in ${formatCount(preview.snapshots, 'picture')}, ${formatNumber(dropped)} would have been left out: ${[
                  preview.tooSmall > 0 ? `${formatNumber(preview.tooSmall)} too small` : '',
                  preview.masked > 0 ? `${formatNumber(preview.masked)} in a mask` : '',
                ]
                  .filter(Boolean)
                  .join(', ')}.`}
          </Notice>
        )}
        {masks !== null && masks.length > 0 && snapshotId !== null && (
          <MaskPicture masks={masks} snapshotId={snapshotId} label="The masks on the last picture" />
        )}
        {changes.some(({ setting }) => setting === 'strangersNamedOneIn') && (
          <p class="small">
            <a href="/thresholds">Try thresholds</a> shows which decisions of the past another risk would have changed.
          </p>
        )}
      </div>
    </Dialog>
  );
}
