import type { JSX } from 'preact';

export function CamerasPage(): JSX.Element {
  return <h1>Cameras</h1>;
}
