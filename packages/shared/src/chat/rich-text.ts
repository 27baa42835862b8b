/** A run of text, and where it links to if it does. */
export interface TextRun {
  text: string;
  link?: string;
}

/** A message's text without any platform's markup; each platform renders it in its own. */
export type RichText = readonly TextRun[];
