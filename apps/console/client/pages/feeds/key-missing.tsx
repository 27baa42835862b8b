import type { JSX } from 'preact';
import { Notice } from '../../kit/card.tsx';

/** What waits is sealed with a key that this process may not have. */
export function KeyMissing(): JSX.Element {
  return (
    <Notice tone="warn">
      What waits can neither be read nor decided about here: set <code>MESSAGE_KEY</code> of the console to the worker&apos;s, or the
      platform&apos;s token where the worker has none.
    </Notice>
  );
}
