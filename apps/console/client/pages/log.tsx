import type { JSX } from 'preact';

export function LogPage(): JSX.Element {
  return <h1>Log</h1>;
}
