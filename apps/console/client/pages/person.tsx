import type { JSX } from 'preact';

export function PersonPage(): JSX.Element {
  return <h1>Person</h1>;
}
