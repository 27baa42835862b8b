/**
 * "Motion detected at Front door", "Person at Garage at 14:02": the rest of a line behind " at ", without a time behind it.
 * A time is not a name ("Motion at 14:02"). Every repetition is bounded, so no text makes the match slow.
 */
export const defaultCaptionPattern =
  /(?:^|\s)at\s+(?!\d{1,2}[:.]\d|\d{4})(\S[^\n]{0,79}?)(?:\s{1,5}(?:at|on)\s{1,5}\d[^\n]{0,40})?[\s.!,;:]{0,5}$/im;

/** Longer captions are cut before matching: an operator's own pattern may be a slow one. Characters. */
const longestCaption = 500;
/** As jobs allow. Characters. */
const longestName = 120;

/** The operator's pattern, matched without regard to case; null unless it is a regular expression with exactly one group. */
export function compileCaptionPattern(source: string): RegExp | null {
  try {
    // An empty alternative matches always and tells how many groups there are.
    const groups = (new RegExp(`${source}|`).exec('')?.length ?? 0) - 1;
    return groups === 1 ? new RegExp(source, 'im') : null;
  } catch {
    return null;
  }
}

/** Pure: the camera that a caption names by the pattern's first group, or null. */
export function cameraNameOf(caption: string, pattern: RegExp): string | null {
  const match = pattern.exec(plainText(caption.slice(0, longestCaption)));
  const name = match?.[1]?.replaceAll(/\s+/g, ' ').trim().slice(0, longestName).trim();
  return name ? name : null;
}

/** Slack's markup as what a reader sees: links by their label, bold and italics without their marks, three characters unescaped. */
function plainText(text: string): string {
  return text
    .replaceAll(/<[^<>|]*\|([^<>|]*)>/g, '$1')
    .replaceAll(/<([^<>|]*)>/g, '$1')
    .replaceAll(/(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|`([^`\n]+)`/g, '$1$2$3')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
