/** Tells the page that shows this one in a frame how high it is, whenever that changes. */
export function tellHeight(slug: string): void {
  if (parent === globalThis.window) return;
  const tell = (): void => parent.postMessage({ watchpost: slug, height: Math.ceil(document.body.getBoundingClientRect().height) }, '*');
  new ResizeObserver(tell).observe(document.body);
}
