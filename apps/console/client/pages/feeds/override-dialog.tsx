import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { EntryRow } from '../../../src/api/feeds/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';

const longest = 40_000;

/** Puts a text in place of a message's own, as readers see it. It is plain text. */
export function OverrideDialog({
  entry,
  busy,
  onClose,
  onSave,
}: {
  entry: EntryRow;
  busy: boolean;
  onClose: () => void;
  onSave: (text: string) => Promise<void>;
}): JSX.Element {
  const [text, setText] = useState(entry.override ?? entry.shown ?? entry.versions[0]?.text ?? '');
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button tone="primary" busy={busy} disabled={text.trim() === '' || text.length > longest} onClick={() => void onSave(text)}>
        Save
      </Button>
    </>
  );
  return (
    <Dialog title="Another text for readers" onClose={onClose} footer={footer} wide>
      <TextArea
        label="Text"
        hint="Plain text. The message in the chat stays as it is; it can be restored at any time."
        rows={8}
        value={text}
        onInput={setText}
      />
    </Dialog>
  );
}
