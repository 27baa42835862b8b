const icon = (path: string): string =>
  `<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;

/** Drawn here, so that the page needs nothing from elsewhere. */
export const icons = {
  back: icon('<path d="M15 5l-7 7 7 7"/>'),
  attach: icon('<path d="M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6"/>'),
  send: icon('<path d="M4 12l16-8-5 16-3.5-6.5L4 12z" fill="currentColor"/>'),
  reply: icon('<path d="M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6v1"/>'),
  document: icon('<path d="M6 3h8l4 4v14H6zM14 3v4h4"/>'),
  close: icon('<path d="M6 6l12 12M18 6L6 18"/>'),
  down: icon('<path d="M5 9l7 7 7-7"/>'),
};
