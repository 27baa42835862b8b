import type { JSX } from 'preact';
import { Button } from './button.tsx';
import { Notice } from './card.tsx';
import type { Infinite } from './use-query.ts';

/** The end of a long list: a button for what follows, or why the list could not be had just now. */
export function More({ list, label = 'Show more' }: { list: Infinite<unknown>; label?: string | null }): JSX.Element | null {
  const { error, items, more, loading, loadMore, refetch } = list;
  if (error && items.length > 0) {
    return (
      <Notice tone="danger">
        <div class="row between">
          <span>{error.message} What you see may be old.</span>
          <Button size="small" icon="refresh" busy={loading} onClick={refetch}>
            Try again
          </Button>
        </div>
      </Notice>
    );
  }
  if (!more || label === null) return null;
  return (
    <div class="more">
      <Button busy={loading} onClick={loadMore}>
        {items.length === 0 ? 'Look further back' : label}
      </Button>
    </div>
  );
}
