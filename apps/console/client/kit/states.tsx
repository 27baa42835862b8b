import type { ComponentChildren, JSX } from 'preact';
import type { ApiError } from './api.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icons.tsx';
import type { Query } from './use-query.ts';

/** Nothing is there: why, and what to do about it. */
export function Empty({
  icon = 'now',
  title,
  children,
  action,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** It could not be had: what the API said, and another try. */
export function ErrorState({
  error,
  onRetry,
}: {
  error: Pick<ApiError, 'code' | 'message'>;
  onRetry?: (() => void) | undefined;
}): JSX.Element {
  return (
    <div class="empty" role="alert">
      <Icon name="alert" />
      <h2>This could not be shown</h2>
      <p>{error.message}</p>
      <p class="faint small">
        Error <code>{error.code}</code>
      </p>
      {onRetry && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Grey lines or blocks where something will be. */
export function Skeleton({ lines = 3, block = false }: { lines?: number; block?: boolean }): JSX.Element {
  return (
    <div class="stack tight" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class={block ? 'skeleton block' : 'skeleton line'} />
      ))}
    </div>
  );
}

/** What a query has: its data, else a skeleton, else its error. Data stays while it is asked for again, and when that fails. */
export function Loaded<T>({
  query,
  children,
  skeleton,
}: {
  query: Query<T>;
  children: (data: T) => ComponentChildren;
  skeleton?: ComponentChildren;
}): JSX.Element {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} onRetry={query.refetch} />;
  return <>{skeleton ?? <Skeleton />}</>;
}
