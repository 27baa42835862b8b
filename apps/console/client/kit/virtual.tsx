import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { ScrollingContext } from './scrolling.ts';

interface VirtualProps {
  label: string;
  /** How many there are; those that are not loaded yet may be counted, too. */
  count: number;
  /** Of all, for screen readers; -1: not known. Default `count`. */
  total?: number;
  /** Pixels, with the gap below. */
  rowHeight: number;
  /** Pixels; 0: a list with one item in a row. */
  minColumnWidth?: number;
  gap?: number;
  itemKey: (index: number) => string;
  /** Its first link or button gets the focus of the arrow keys. */
  item: (index: number) => ComponentChildren;
  /** Called when the last rows are near, again and again. */
  onEnd?: (() => void) | undefined;
  /** Told which items are drawn, whenever that changes. */
  onShow?: (first: number, last: number) => void;
}

/**
 * A list or grid of thousands: only what is near the window is in the page, which scrolls as a whole. Arrow keys, Home, End, Page Up and
 * Page Down move the focus from item to item; screen readers are told the position of each.
 */
export function Virtual(props: VirtualProps): JSX.Element {
  const { label, count, total = count, rowHeight, minColumnWidth = 0, gap = 12, itemKey, item, onEnd, onShow } = props;
  const list = useRef<HTMLDivElement>(null);
  const [, update] = useReducer<number, void>((n) => n + 1, 0);
  const box = useBox(list, minColumnWidth, gap);
  const wantedFocus = useRef<number | null>(null);
  const rows = Math.ceil(count / box.columns);

  const options = {
    count: rows,
    getScrollElement: () => window,
    estimateSize: () => rowHeight,
    scrollToFn: windowScroll,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    overscan: 4,
    scrollMargin: box.top,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    onChange: () => update(),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [rowHeight, box.columns]);

  const visible = virtualizer.getVirtualItems();
  const [firstRow, lastRow] = [visible[0]?.index ?? 0, visible.at(-1)?.index ?? 0];
  // Whenever it is drawn: whoever loads may have been busy the last time.
  useEffect(() => void (lastRow >= rows - 6 && onEnd?.()));
  useEffect(() => onShow?.(firstRow * box.columns, (lastRow + 1) * box.columns - 1), [firstRow, lastRow, box.columns]);
  useEffect(() => {
    if (wantedFocus.current === null) return;
    if (focusItem(list.current, wantedFocus.current)) wantedFocus.current = null;
  });

  const move = (event: KeyboardEvent): void => {
    const from = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-index]') : null;
    if (!from || (event.target instanceof HTMLElement && event.target.closest('input, textarea, select'))) return;
    const page = Math.max(1, Math.floor(window.innerHeight / rowHeight) - 1) * box.columns;
    const target = nextIndex(event.key, Number(from.dataset['index']), box.columns, page, count);
    if (target === null) return;
    event.preventDefault();
    if (focusItem(list.current, target)) return;
    wantedFocus.current = target;
    virtualizer.scrollToIndex(Math.floor(target / box.columns), { align: 'auto' });
  };

  return (
    <div
      ref={list}
      role="list"
      aria-label={label}
      onKeyDown={move}
      style={{ position: 'relative', height: `${String(virtualizer.getTotalSize())}px` }}
    >
      <ScrollingContext.Provider value={virtualizer.isScrolling}>
        {visible.flatMap(({ index: row, start }) =>
          Array.from({ length: Math.min(box.columns, count - row * box.columns) }, (_, column) => {
            const index = row * box.columns + column;
            return (
              <div
                key={itemKey(index)}
                role="listitem"
                aria-setsize={total}
                aria-posinset={index + 1}
                data-index={index}
                style={placeOf(column, box.columns, { gap, top: start - box.top, height: rowHeight - gap })}
              >
                {item(index)}
              </div>
            );
          }),
        )}
      </ScrollingContext.Provider>
    </div>
  );
}

/** Pixels, but for the columns. */
const placeOf = (
  column: number,
  columns: number,
  { gap, top, height }: { gap: number; top: number; height: number },
): Record<string, string> => ({
  position: 'absolute',
  top: '0',
  left: `calc((100% + ${String(gap)}px) / ${String(columns)} * ${String(column)})`,
  width: `calc((100% + ${String(gap)}px) / ${String(columns)} - ${String(gap)}px)`,
  height: `${String(height)}px`,
  transform: `translateY(${String(top)}px)`,
});

/** How many columns there is room for, and how far below the page's top the list begins (pixels). */
function useBox(list: RefObject<HTMLElement | null>, minColumnWidth: number, gap: number): { columns: number; top: number } {
  const [box, setBox] = useState({ columns: 1, top: 0 });
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const measure = (): void => {
      const columns = minColumnWidth > 0 ? Math.max(1, Math.floor((element.clientWidth + gap) / (minColumnWidth + gap))) : 1;
      const top = Math.round(element.getBoundingClientRect().top + window.scrollY);
      setBox((old) => (old.columns === columns && old.top === top ? old : { columns, top }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [minColumnWidth, gap]);
  return box;
}

function focusItem(list: HTMLElement | null, index: number): boolean {
  const target = list?.querySelector<HTMLElement>(`[data-index="${String(index)}"] :is(a, button, input, [tabindex])`);
  target?.focus();
  return Boolean(target);
}

function nextIndex(key: string, index: number, columns: number, page: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
    PageDown: page,
    PageUp: -page,
    Home: -index,
    End: count - 1 - index,
  };
  const step = steps[key];
  if (step === undefined) return null;
  const next = Math.min(count - 1, Math.max(0, index + step));
  return next === index ? null : next;
}
