import type { JSX } from 'preact';

export function UnknownsPage(): JSX.Element {
  return <h1>Unknowns</h1>;
}
