import type { JSX } from 'preact';

export function RulesPage(): JSX.Element {
  return <h1>Rules</h1>;
}
