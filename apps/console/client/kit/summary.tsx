import { Fragment, type JSX } from 'preact';

const becomes = ' → ';

/**
 * What was changed: `Unknown 3 → Ada`. Each name runs in its own direction, and what it became always stands after the arrow: between two
 * names that are written from right to left the arrow would point to the former one.
 */
export const Summary = ({ text }: { text: string }): JSX.Element => (
  <span>
    {text.split(becomes).map((part, index) => (
      <Fragment key={index}>
        {index > 0 && becomes}
        <bdi>{part}</bdi>
      </Fragment>
    ))}
  </span>
);
