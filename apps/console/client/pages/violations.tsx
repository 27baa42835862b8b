import type { JSX } from 'preact';

export function ViolationsPage(): JSX.Element {
  return <h1>Violations</h1>;
}
