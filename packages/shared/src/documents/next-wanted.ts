/**
 * A count in a document of which each step has a job of its own. It goes up to the time in seconds: a restored database has an older count, or
 * none, and with the next number the job would be one that was done already. `nowMs`: since 1970, by the database's clock. Pure.
 */
export const nextWanted = (before: number, after: number, nowMs: number): number =>
  after > before ? Math.max(after, Math.floor(nowMs / 1_000)) : after;
