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

/** Pixels between the button and its list. */
const gap = 4;

/** Puts the list below its button, ending where that ends; above it where there is more room. */
function place(list: HTMLElement, anchor: HTMLElement): void {
  const { top, bottom, right } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const isAbove = bottom + gap + height > window.innerHeight && top > window.innerHeight - bottom;
  list.style.left = `${String(Math.max(gap, right - width))}px`;
  list.style.top = `${String(isAbove ? Math.max(gap, top - gap - height) : bottom + gap)}px`;
}

/**
 * A button that opens a list of deeds. Arrow keys move, Escape closes and gives the focus back. The list lies over everything, or a table that
 * scrolls would cut it off; it closes when what it belongs to scrolls away.
 */
export function Menu({ label, items, icon = 'more' }: { label: string; items: readonly MenuItem[]; icon?: IconName }): JSX.Element {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const entries = (): HTMLButtonElement[] => [
    ...(anchor.current?.querySelectorAll<HTMLButtonElement>('[role=menuitem]:not(:disabled)') ?? []),
  ];
  const close = (): void => {
    setOpen(false);
    anchor.current?.querySelector('button')?.focus();
  };
  useEffect(() => {
    if (!open || !list.current || !anchor.current) return undefined;
    list.current.showPopover();
    place(list.current, anchor.current);
    entries()[0]?.focus({ preventScroll: true });
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !anchor.current?.contains(event.target)) setOpen(false);
    };
    const events = ['mousedown', 'focusin', 'scroll'] as const;
    for (const event of events) document.addEventListener(event, outside, true);
    return () => {
      for (const event of events) document.removeEventListener(event, outside, true);
    };
  }, [open]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return;
    const found = entries();
    const at = found.findIndex((entry) => entry === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (next !== undefined) {
      event.preventDefault();
      found[(next + found.length) % found.length]?.focus();
    }
  };
  return (
    <span class="menu-anchor" ref={anchor} onKeyDown={onKeyDown}>
      <IconButton icon={icon} label={label} onClick={() => setOpen(!open)} aria-pressed={undefined} />
      {open && (
        <div ref={list} class="menu" popover="manual" role="menu" id={id} aria-label={label}>
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
