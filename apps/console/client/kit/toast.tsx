import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton } from './button.tsx';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'danger';
  undo: (() => Promise<unknown>) | null;
  link: { href: string; label: string } | null;
}

let nextId = 1;
let shown: Toast[] = [];
const listeners = new Set<(toasts: Toast[]) => void>();
const timers = new Map<number, number>();

function show(toasts: Toast[]): void {
  shown = toasts;
  for (const listener of listeners) listener(toasts);
}

function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  show(shown.filter((toast) => toast.id !== id));
}

/** Says what was done, at the foot of the page. With `undo` there is a button that takes it back, with `link` one that leads on; these stay 10 s. */
export function toast(
  text: string,
  { tone = 'plain', undo = null, link = null }: Partial<Pick<Toast, 'tone' | 'undo' | 'link'>> = {},
): void {
  const id = nextId;
  nextId += 1;
  for (const old of shown.slice(0, -2)) dismiss(old.id);
  show([...shown, { id, text, tone, undo, link }]);
  timers.set(
    id,
    window.setTimeout(() => dismiss(id), undo || link || tone === 'danger' ? 10_000 : 5_000),
  );
}

/** Shows the toasts; the shell has one. */
export function Toasts(): JSX.Element {
  const [toasts, setToasts] = useState(shown);
  useEffect(() => {
    listeners.add(setToasts);
    return () => {
      listeners.delete(setToasts);
    };
  }, []);
  const takeBack = (toast_: Toast): void => {
    dismiss(toast_.id);
    toast_.undo?.().then(
      () => toast('Undone'),
      (error: unknown) => toast(error instanceof Error ? error.message : String(error), { tone: 'danger' }),
    );
  };
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map((each) => (
        <div key={each.id} class={`toast ${each.tone}`}>
          <span class="grow">{each.text}</span>
          {each.link && (
            <Button size="small" href={each.link.href} onClick={() => dismiss(each.id)}>
              {each.link.label}
            </Button>
          )}
          {each.undo && (
            <Button size="small" onClick={() => takeBack(each)}>
              Undo
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" size="small" onClick={() => dismiss(each.id)} />
        </div>
      ))}
    </div>
  );
}
