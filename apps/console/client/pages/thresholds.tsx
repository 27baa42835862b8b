import type { JSX } from 'preact';

export function ThresholdsPage(): JSX.Element {
  return <h1>Thresholds</h1>;
}
