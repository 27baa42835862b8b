import type { JSX } from 'preact';

export function FeedsPage(): JSX.Element {
  return <h1>Feeds</h1>;
}
