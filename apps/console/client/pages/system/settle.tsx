import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ReceiptOfPage } from '../../../src/api/system/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Notice } from '../../kit/card.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatNumber } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';

/** Of a receipt of which something is left only in the chat: what can be done about it, and a button that ends the receipt. */
export function Settling({ receipt, onSettled }: { receipt: ReceiptOfPage; onSettled: () => void }): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const maySettle = useMay('admin');
  if (!receipt.canSettle) return null;
  return (
    <Notice tone="warn">
      <div class="stack tight">
        <p>
          <strong>What is left is in the chat.</strong> A worker tries again by itself. Where it says that the bot cannot change something,
          let the bot into the channel, or delete it there by hand.{' '}
          {maySettle ? 'What nobody can reach is settled here.' : 'An admin can settle what nobody can reach.'}
        </p>
        {maySettle && (
          <span>
            <Button onClick={() => setOpen(true)}>Settle…</Button>
          </span>
        )}
      </div>
      {open && <SettleDialog receipt={receipt} onClose={() => setOpen(false)} onSettled={onSettled} />}
    </Notice>
  );
}

function SettleDialog({
  receipt: { id, places },
  onClose,
  onSettled,
}: {
  receipt: ReceiptOfPage;
  onClose: () => void;
  onSettled: () => void;
}): JSX.Element {
  const [note, setNote] = useState('');
  const settle = useMutation(
    async (text: string) => api.post<ReceiptOfPage>(`/api/receipts/${encodeURIComponent(id)}/settle`, { note: text }),
    {
      invalidates: ['/api/receipts'],
      quiet: true,
      done: () => {
        toast('Settled: nobody looks for what is left any more');
        onSettled();
        onClose();
      },
    },
  );
  const form = 'settle-receipt';
  return (
    <Dialog
      title="Settle what is left?"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={settle.busy} disabled={note.trim() === ''}>
            Settle
          </Button>
        </>
      }
    >
      <form
        id={form}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (note.trim() !== '') void settle.run(note);
        }}
      >
        <ul class="stack tight">
          {places
            .filter(({ left, why }) => left > 0 || why !== null)
            .map(({ name, left, why }) => (
              <li key={name}>
                <strong>
                  {formatNumber(left)} in {name}
                </strong>
                {why !== null && <div class="muted small">{why}</div>}
              </li>
            ))}
        </ul>
        <p class="muted">
          The receipt ends with that. The ids by which a worker would find the rest are erased: it cannot be taken up again.
        </p>
        <TextField
          label="What becomes of it"
          hint="It stays in the receipt, with your name. Do not write who the person is. At most 500 characters."
          value={note}
          onInput={setNote}
          fault={settle.error?.message}
          maxLength={500}
          autocomplete="off"
          required
        />
      </form>
    </Dialog>
  );
}
