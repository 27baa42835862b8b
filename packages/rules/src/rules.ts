import type { Judge } from './judge.ts';
import type { Rule, RuleSettings } from './rule.ts';

/** A change of the rules, for the audit. */
export interface RuleChange {
  /** Counts the changes, from 1. */
  number: number;
  atMs: number;
  /** `slack:U0123`, `cli:ada`, `watchpost`. */
  actor: string;
  what: 'added' | 'edited' | 'removed';
  before: Rule | null;
  after: Rule | null;
}

/** The rules as they are stored. */
export interface Rules {
  list(signal: AbortSignal): Promise<Rule[]>;
  /** Rejects with `rule-invalid`, `pattern-invalid` (and why: see checkLook), `rule-name-taken`, or `quarantine-key-missing`. */
  add(settings: RuleSettings & Pick<Rule, 'name' | 'look'>, actor: string, signal: AbortSignal): Promise<Rule>;
  /**
   * By name (whatever its case) or id. Also rejects with `rule-not-found`; and with `change-refused` if it was changed since `changedAtMs`,
   * that of the rule whose settings were seen. Without it, what is set holds whatever somebody else has set meanwhile.
   */
  edit(name: string, settings: RuleSettings & Partial<Pick<Rule, 'changedAtMs'>>, actor: string, signal: AbortSignal): Promise<Rule>;
  /** What `add` (`name` null) or `edit` would make of these settings; nothing is changed. Rejects as they do. */
  check(name: string | null, settings: RuleSettings, signal: AbortSignal): Promise<Rule>;
  remove(name: string, actor: string, signal: AbortSignal): Promise<Rule>;
  /** Newest first. */
  changes(limit: number, signal: AbortSignal): Promise<RuleChange[]>;
}

/** The rules as one process follows them: changes are there within a second. */
export interface FollowedRules {
  /** Null: they have not been read yet. */
  current(): Judge | null;
  /** Waits until they have been read. */
  ready(signal: AbortSignal): Promise<Judge>;
  /** Resolves after the signal has aborted. */
  done: Promise<void>;
}
