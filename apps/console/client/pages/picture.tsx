import type { JSX } from 'preact';

export function PicturePage(): JSX.Element {
  return <h1>Picture</h1>;
}
