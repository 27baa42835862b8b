import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Icon } from './icons.tsx';

/**
 * The head of a page: its title (also the tab's, and what a screen reader says when the page is opened), a line about it, its main deeds.
 * `about`: one sentence on what the page is for.
 */
export function Page({
  title,
  count,
  about,
  actions,
  children,
  lead,
  back,
}: {
  title: string;
  count?: string | null;
  about?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  lead?: ComponentChildren;
  /** The page that this one is a part of. */
  back?: { href: string; label: string };
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const { path } = useLocation();
  useEffect(() => {
    document.title = `${title} · watchpost`;
  }, [title]);
  useEffect(() => {
    // The first page keeps the browser's focus; whoever follows a link is taken to the new page.
    if (movedOnce) heading.current?.focus({ preventScroll: true });
    movedOnce = true;
  }, [path]);
  return (
    <>
      {back && (
        <a class="page-back" href={back.href}>
          <Icon name="left" />
          {back.label}
        </a>
      )}
      <div class="page-head">
        <div class="page-title">
          {lead}
          <div>
            <h1 ref={heading} tabIndex={-1}>
              {title}
              {count !== undefined && count !== null && <span class="count">{count}</span>}
            </h1>
            {about && <p>{about}</p>}
          </div>
        </div>
        {actions && <div class="row">{actions}</div>}
      </div>
      {children}
    </>
  );
}

let movedOnce = false;

/** The next page that is shown takes the focus, be it the first: it stands where somebody has done something. */
export const focusNextPage = (): void => {
  movedOnce = true;
};

/** A row of filters below the head. */
export function Filters({ children, label = 'Filters' }: { children: ComponentChildren; label?: string }): JSX.Element {
  return (
    <div class="filters" role="group" aria-label={label}>
      {children}
    </div>
  );
}
