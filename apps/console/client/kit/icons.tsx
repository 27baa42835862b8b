import type { JSX } from 'preact';

/** Drawn on 24 × 24, with a stroke of the text's colour. */
const paths = {
  now: 'M3 12h4l3-8 4 16 3-8h4',
  people:
    'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c.6-4 3.400-6 7-6s6.400 2 7 6M16.500 3.600a4 4 0 0 1 0 6.800M18.500 15.600c2 .9 3.200 2.700 3.500 5.400',
  unknown: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.500 9.500a2.500 2.500 0 1 1 3.600 2.200c-.8.4-1.100.9-1.100 1.800M12 16.800v.1',
  camera: 'M4 7h3l2-3h6l2 3h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1M12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8',
  slider: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  queue: 'M4 6h16M4 12h16M4 18h10',
  rules: 'M12 3l8 3v6c0 4.500-3.200 7.600-8 9-4.800-1.400-8-4.500-8-9V6zM9 12l2.200 2.200L15.500 10',
  violation: 'M12 4l9.500 16h-19zM12 10v4.500M12 17.300v.1',
  feed: 'M5 19a1 1 0 1 0 0-.1M4 11a9 9 0 0 1 9 9M4 4a16 16 0 0 1 16 16',
  schedule: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.500 2',
  log: 'M6 3h9l4 4v14H6zM9 11h7M9 15h7M14 3v5h5',
  system: 'M4 5h16v6H4zM4 13h16v6H4zM7.500 8h.1M7.500 16h.1',
  more: 'M4.3 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0M11.3 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0M18.3 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0',
  menu: 'M4 7h16M4 12h16M4 17h16',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4.500 4.500',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  plus: 'M12 5v14M5 12h14',
  edit: 'M4 20l.8-4L16 4.800a1.500 1.500 0 0 1 2.200 0l1 1a1.500 1.500 0 0 1 0 2.200L8 19.200z',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  undo: 'M9 6L4 11l5 5M4 11h10a6 6 0 0 1 0 12',
  refresh: 'M20 11a8 8 0 1 0-2.300 6M20 5v6h-6',
  merge: 'M7 4v4c0 4 5 4 5 8v4M17 4v4c0 4-5 4-5 8',
  split: 'M12 20v-4c0-4-5-4-5-8V4M12 16c0-4 5-4 5-8V4',
  eye: 'M2.500 12C4.500 8 8 6 12 6s7.500 2 9.500 6c-2 4-5.500 6-9.500 6s-7.500-2-9.500-6M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
  'eye-off':
    'M4 4l16 16M9.900 6.200A10 10 0 0 1 12 6c4 0 7.500 2 9.500 6a11 11 0 0 1-3 3.700M6 7.700A11 11 0 0 0 2.500 12c2 4 5.500 6 9.500 6 1.600 0 3-.3 4.300-.9',
  play: 'M7 4.500v15l12-7.500z',
  pause: 'M8 5v14M16 5v14',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  'sign-out': 'M14 4h5v16h-5M4 12h10M10 8l4 4-4 4',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M5 19l1.400-1.400M17.600 6.400L19 5',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500',
  half: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 8l7-2M12 13l9-1M12 18l6.500-1',
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  alert: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.500v5.500M12 16.300v.1',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  expand: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
} as const;

export type IconName = keyof typeof paths;

/** A drawing that says nothing by itself: whatever it stands for has a label beside it. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon-svg" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
