import type { MessageText } from '@watchpost/shared/chat/message';
import type { Rule } from './rule.ts';

/** Where a rule matched. Holds nothing of what matched but its mask. */
export interface Match {
  rule: Rule;
  where: string;
  /** UTF-16 units from the beginning of that text; `end` is exclusive. */
  start: number;
  end: number;
  /** `AKIA…(16)`: the first characters, if it is long enough to stay a secret, and how many there were. */
  masked: string;
}

/** Rules made ready to be applied. */
export interface Judge {
  /** Those that could be made ready. */
  rules: readonly Rule[];
  /** Those that could not, and why; the others work. */
  broken: readonly { rule: Rule; reason: string }[];
  /**
   * All matches of these of its rules in these texts, at most some hundred; in the order of the texts. Time is linear in the length of
   * the texts, whatever the patterns are. Lets the event loop breathe between long texts; rejects only if `signal` aborts.
   */
  judge(texts: readonly MessageText[], applies: (rule: Rule) => boolean, signal: AbortSignal): Promise<Match[]>;
}
