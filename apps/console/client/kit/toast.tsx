import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton } from './button.tsx';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'danger';
  undo: (() => Promise<unknown>) | null;
  /** The changes that `undo` takes back, by their entries in the log. */
  undoes: readonly string[];
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

/** Takes away what offers to undo one of these changes: it is undone already. */
export function dismissUndo(entries: readonly string[]): void {
  for (const { id, undoes } of shown) if (undoes.some((entry) => entries.includes(entry))) dismiss(id);
}

/** Says what was done, at the foot of the page. With `undo` there is a button that takes it back, with `link` one that leads on; these stay 10 s. */
export function toast(
  text: string,
  { tone = 'plain', undo = null, undoes = [], link = null }: Partial<Omit<Toast, 'id' | 'text'>> = {},
): void {
  const id = nextId;
  nextId += 1;
  for (const old of shown.slice(0, -2)) dismiss(old.id);
  show([...shown, { id, text, tone, undo, undoes, link }]);
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
