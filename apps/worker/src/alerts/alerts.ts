import type { ErrorCode } from '@watchpost/shared/errors';

/** Something that needs a person. */
export interface Alert {
  /** What it is about, the same each time: `mail`, `scheduled-prices`. At most 60 of a-z, A-Z, 0-9, `.`, `_` and `-`; others become `-`. */
  topic: string;
  /** What is wrong and what to do about it, in one sentence for a person. No secret. */
  text: string;
  /** See docs/errors.md; null: it has none. */
  code: ErrorCode | null;
}

/** Tells admins what needs a person. Both methods return at once and never throw: what is raised while the database is away is told later. */
export interface Alerts {
  raise(alert: Alert): void;
  /** It is well again. What was never raised is no error. */
  clear(topic: string): void;
}
