/** The addresses of the pages, as the router reads them. What a page shows (a filter, a tab) is in its query, so that it can be bookmarked. */
export const addresses = {
  now: '/',
  people: '/people',
  person: '/people/:id',
  unknowns: '/unknowns',
  picture: '/pictures/:id',
  cameras: '/cameras',
  thresholds: '/thresholds',
  queue: '/queue',
  rules: '/rules',
  violations: '/violations',
  feeds: '/feeds/:slug?',
  schedule: '/schedule',
  log: '/log',
  system: '/system',
} as const;
