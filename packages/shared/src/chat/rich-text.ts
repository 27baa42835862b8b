/** A run of text. At most one of `link`, `time`, `member` and `channel` is set. */
export interface TextRun {
  /** What is shown; for a time, a member and a channel, where the platform cannot show them itself. */
  text: string;
  /** Where it links to. */
  link?: string;
  /** A moment, which the platform shows in the reader's time zone. Milliseconds since 1970. */
  time?: { atMs: number; format: 'time' | 'date' | 'date-time' };
  /** A member of the platform, by its own id: `U0123`. */
  member?: string;
  /** The platform of the member, if that may be another one than the text is shown on: `slack`. Another one shows `text` with its name. */
  platform?: string;
  /** A channel of the platform, by its own id: `C0123`. */
  channel?: string;
  bold?: boolean;
}

/** A message's text without any platform's markup; each platform renders it in its own. */
export type RichText = readonly TextRun[];
