/** Where an element stood: what was around it, the innermost first, and which of the things to use in there it was. */
export type FocusPlace = readonly { around: Element; at: number }[];

const usable = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** The place of what has the focus now. */
export function focusPlace(): FocusPlace {
  const place: { around: Element; at: number }[] = [];
  const focused = document.activeElement;
  for (let around = focused?.parentElement ?? null; around && !around.matches('main, body, .shell'); around = around.parentElement) {
    const things = [...around.querySelectorAll(usable)];
    place.push({ around, at: things.findIndex((each) => each === focused) });
  }
  return place;
}

/** Gives the focus to what stands there now, else to the page's title: it shall not fall to the top of everything. */
export function focusAt(place: FocusPlace): void {
  for (const { around, at } of place) {
    if (!around.isConnected) continue;
    const things = [...around.querySelectorAll<HTMLElement>(usable)].filter((each) => each.checkVisibility());
    const next = things[Math.min(Math.max(at, 0), things.length - 1)];
    next?.focus({ preventScroll: true });
    if (next && document.activeElement === next) return;
  }
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
}

/** Where what has the focus goes away, or cannot be used any more, the focus goes to what came in its place. */
export function keepFocus(): () => void {
  let focused: Element | null = null;
  let place: FocusPlace = [];
  const isLost = (): boolean =>
    focused !== null &&
    (!focused.isConnected || focused.matches(':disabled')) &&
    (document.activeElement ?? document.body) === document.body;
  const onFocus = (): void => {
    focused = document.activeElement;
    place = focusPlace();
  };
  // Somebody clicked beside it: that takes nothing away.
  const onPointer = (): void => {
    focused = document.activeElement === document.body ? null : focused;
  };
  const observer = new MutationObserver(() => {
    if (!isLost()) return;
    // A dialog that closes, or a page that opens, gives it away itself.
    requestAnimationFrame(() => {
      if (isLost()) focusAt(place);
    });
  });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('click', onPointer);
  observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
  return () => {
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('click', onPointer);
    observer.disconnect();
  };
}
