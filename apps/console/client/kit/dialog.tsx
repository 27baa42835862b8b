import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from './button.tsx';
import { focusAt, focusPlace } from './focus.ts';

/**
 * A dialog of the browser: focus stays in it, Escape closes it, and focus returns to where it was. It is shown while it is rendered.
 * `footer`: its buttons, the main one last.
 */
export function Dialog({
  title,
  onClose,
  children,
  footer,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  wide?: boolean;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const place = focusPlace();
    dialog.current?.showModal();
    // What it is for, rather than the button that closes it.
    dialog.current?.querySelector<HTMLElement>('.body :is(input, textarea, select)')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      // What opened it may be gone, or not to be used any more.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) focusAt(place);
      });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="frame">
        <header>
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label="Close" size="small" onClick={onClose} />
        </header>
        <div class="body">{children}</div>
        {footer && <footer>{footer}</footer>}
      </div>
    </dialog>
  );
}

interface Question {
  title: string;
  body: ComponentChildren;
  /** What the button says: the deed, not "OK". */
  action: string;
  danger?: boolean;
  answer: (yes: boolean) => void;
}

let ask: (question: Question) => void = () => undefined;

/** Asks before something is lost. Resolves to whether to go on. */
export async function confirm(question: Omit<Question, 'answer'>): Promise<boolean> {
  return new Promise((answer) => ask({ ...question, answer }));
}

/** Shows what `confirm` asks; the shell has one. */
export function ConfirmHost(): JSX.Element | null {
  const [question, setQuestion] = useState<Question | null>(null);
  useEffect(() => {
    ask = setQuestion;
  }, []);
  if (!question) return null;
  const close = (yes: boolean): void => {
    setQuestion(null);
    question.answer(yes);
  };
  const footer = (
    <>
      <Button onClick={() => close(false)}>Cancel</Button>
      <Button tone={question.danger ? 'danger-primary' : 'primary'} onClick={() => close(true)}>
        {question.action}
      </Button>
    </>
  );
  return (
    <Dialog title={question.title} onClose={() => close(false)} footer={footer}>
      {question.body}
    </Dialog>
  );
}
