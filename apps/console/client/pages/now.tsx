import type { JSX } from 'preact';

export function NowPage(): JSX.Element {
  return <h1>Now</h1>;
}
