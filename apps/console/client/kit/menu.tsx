import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { IconButton } from './button.tsx';
import { Icon, type IconName } from './icons.tsx';

export interface MenuItem {
  label: ComponentChildren;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

/** A button that opens a list of deeds. Arrow keys move, Escape closes and gives the focus back. */
export function Menu({ label, items, icon = 'more' }: { label: string; items: readonly MenuItem[]; icon?: IconName }): JSX.Element {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const id = useId();
  const entries = (): HTMLButtonElement[] => [
    ...(anchor.current?.querySelectorAll<HTMLButtonElement>('[role=menuitem]:not(:disabled)') ?? []),
  ];
  const close = (): void => {
    setOpen(false);
    anchor.current?.querySelector('button')?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    entries()[0]?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !anchor.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('mousedown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('mousedown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return;
    const list = entries();
    const at = list.findIndex((entry) => entry === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (next !== undefined) {
      event.preventDefault();
      list[(next + list.length) % list.length]?.focus();
    }
  };
  return (
    <span class="menu-anchor" ref={anchor} onKeyDown={onKeyDown}>
      <IconButton icon={icon} label={label} onClick={() => setOpen(!open)} aria-pressed={undefined} />
      {open && (
        <div class="menu" role="menu" id={id} aria-label={label}>
          {items.map((item, index) => (
            <button
              key={index}
              type="button"
              role="menuitem"
              class={item.danger ? 'danger' : undefined}
              disabled={item.disabled}
              onClick={() => {
                close();
                item.onSelect();
              }}
            >
              {item.icon && <Icon name={item.icon} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}
