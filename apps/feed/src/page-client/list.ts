import { articleHtml, elementId, type Thread } from './entry-html.ts';
import type { ShownEntry } from './shown.ts';
import { threadsOf } from './threads.ts';
import { type Clock, timeAgo } from './times.ts';

/** The list of entries on the page. */
export interface EntryList {
  /** Shows these entries, and no others. Elements whose entry is the same as before are left alone. Returns the elements that are new. */
  show(entries: readonly ShownEntry[]): HTMLElement[];
  /** Writes all times as they read now. */
  tick(): void;
}

/** Takes over the list that the server rendered from `entries`. */
export function takeList(list: HTMLElement, entries: readonly ShownEntry[], clock: Clock): EntryList {
  const elements = new Map<string, { element: HTMLElement; html: string }>();
  for (const { entry, repliesTo, replies } of threadsOf(entries)) {
    for (const each of [entry, ...replies]) {
      const element = document.querySelector<HTMLElement>(`#${CSS.escape(elementId(each.ts))}`);
      if (element) elements.set(each.id, { element, html: articleHtml(each, clock, each === entry ? repliesTo : undefined) });
    }
  }

  const elementOf = (entry: ShownEntry, html: string, made: HTMLElement[]): HTMLElement => {
    const known = elements.get(entry.id);
    if (known?.html === html) return known.element;
    const element = known?.element ?? newElement(entry.ts);
    const article = parse(html);
    writeTimes(article, clock);
    const before = element.querySelector(':scope > article');
    if (before) before.replaceWith(article);
    else element.prepend(article);
    elements.set(entry.id, { element, html });
    if (!known) made.push(element);
    return element;
  };
  const threadOf = ({ entry, repliesTo, replies }: Thread, made: HTMLElement[]): HTMLElement => {
    const element = elementOf(entry, articleHtml(entry, clock, repliesTo), made);
    const nested = element.querySelector<HTMLElement>(':scope > .replies');
    if (replies.length === 0) nested?.remove();
    else {
      const inner = nested ?? element.appendChild(newReplies(clock));
      place(
        inner,
        replies.map((reply) => elementOf(reply, articleHtml(reply, clock, undefined), made)),
      );
    }
    return element;
  };
  return {
    show: (entries) => {
      const made: HTMLElement[] = [];
      const ids = new Set(entries.map(({ id }) => id));
      for (const id of elements.keys()) if (!ids.has(id)) elements.delete(id);
      place(
        list,
        threadsOf(entries).map((thread) => threadOf(thread, made)),
      );
      return made;
    },
    tick: () => writeTimes(list, clock),
  };
}

/** Makes these the children, in this order; moves none that is in its place, so that focus and selection stay. */
function place(parent: HTMLElement, children: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(children);
  for (const child of Array.from(parent.children).filter((each) => !wanted.has(each))) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

function newElement(ts: string): HTMLElement {
  const element = document.createElement('li');
  element.className = 'entry new';
  element.id = elementId(ts);
  element.tabIndex = -1;
  return element;
}

function newReplies({ words }: Clock): HTMLElement {
  const list = document.createElement('ol');
  list.className = 'replies';
  list.ariaLabel = words.replies;
  return list;
}

/** The one element that a template makes. */
function parse(html: string): HTMLElement {
  const template = document.createElement('template');
  template.innerHTML = html;
  const [element] = template.content.children;
  return element instanceof HTMLElement ? element : document.createElement('article');
}

function writeTimes(within: ParentNode, clock: Clock): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>('.when time')) {
    const words = timeAgo(clock, new Date(time.dateTime), Date.now());
    if (time.textContent !== words) time.textContent = words;
  }
}
