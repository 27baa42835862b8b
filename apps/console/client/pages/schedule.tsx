import type { JSX } from 'preact';

export function SchedulePage(): JSX.Element {
  return <h1>Schedule</h1>;
}
