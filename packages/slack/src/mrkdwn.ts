import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { slackPrefix } from './channel.ts';

/**
 * U+2060, invisible and of no width. Slack has no escape for its marks, so a joiner keeps each one away from the text that it would
 * format: with a joiner on both sides a mark neither begins nor ends anything.
 */
const joiner = '\u2060';

/** A message's text in Slack's mrkdwn (docs.slack.dev, formatting message text). What the text itself holds is shown literally. */
export function renderMrkdwn(text: RichText): string {
  let lineStart = true;
  return text
    .map((run, index) => {
      const shown = escapeMrkdwn(lineStart ? guardLineStart(guardMarks(run.text)) : guardMarks(run.text));
      if (run.text !== '') lineStart = run.text.endsWith('\n');
      const linked = marked(run, shown);
      return run.bold ? embolden(linked, text[index - 1]?.text, text[index + 1]?.text) : linked;
    })
    .join('');
}

/** How Slack shows a moment in the reader's time zone. */
const dateTokens = { time: '{time}', date: '{date_long}', 'date-time': '{date_short_pretty} {time}' } as const;

function marked(run: TextRun, shown: string): string {
  if (run.link !== undefined) return `<${escapeAddress(run.link)}|${shown}>`;
  if (run.time)
    return `<!date^${String(Math.floor(run.time.atMs / 1_000))}^${dateTokens[run.time.format]}|${escapeMrkdwn(run.text) || '?'}>`;
  if (run.channel !== undefined && /^[CG][A-Z0-9]{1,30}$/.test(run.channel)) return `<#${run.channel}>`;
  if (run.member !== undefined && run.platform !== undefined && run.platform !== slackPrefix) return `${shown} (${run.platform})`;
  return run.member !== undefined && /^[UW][A-Z0-9]{1,30}$/.test(run.member) ? `<@${run.member}>` : shown;
}

/** Each line is bold by itself. Beside a letter, or around spaces, Slack would show the mark: there the text stays as it is. */
function embolden(shown: string, before = '', after = ''): string {
  const lines = shown.split('\n');
  const isJoined = (line: number): boolean =>
    (line === 0 && /[\p{L}\p{N}]$/u.test(before)) || (line === lines.length - 1 && /^[\p{L}\p{N}]/u.test(after));
  return lines.map((line, index) => (isJoined(index) ? line : line.replace(/^(\s*)(\S(?:.*\S)?)(\s*)$/u, '$1*$2*$3'))).join('\n');
}

/**
 * Bold, italics and strike, unless letters or digits are on both sides ("a_b"), or spaces ("2 * 3"). Code. Emoji codes, but not times
 * ("14:02:33").
 */
const marks =
  /(?<![A-Za-z0-9])(?<!\s)[*_~]|[*_~](?![A-Za-z0-9])(?!\s)|(?<=\s)[*_~](?=[A-Za-z0-9])|(?<=[A-Za-z0-9])[*_~](?=\s)|`|:(?=[^\s:]{1,100}:)(?!(?<=\d:)\d{2}:\d)/gu;

/** Where an address, a mention or a channel would be recognised: "https:" and "//", "www" and ".", "a" and "@", "@" and "here". */
const linkable =
  /(?<=[A-Za-z]:)(?=\/\/)|(?<=\b(?:mailto:|tel:|www\.))(?=\S)|(?<=[\p{L}\p{N}_-]\.)(?=[\p{L}]{2})|(?<=\S)(?=@)|(?<=@)(?=\S)|(?<=(?<![\p{L}\p{N}])#)(?=[\p{L}\p{N}])/giu;

function guardMarks(text: string): string {
  return text.replaceAll(marks, `${joiner}$&${joiner}`).replaceAll(linkable, joiner);
}

/** Quotes and lists begin with a line. */
function guardLineStart(text: string): string {
  return text.replaceAll(/^(?=[^\S\n]*(?:>|[-•◦▪*+][^\S\n]|\d+[.)][^\S\n]))/gmu, joiner);
}

/** Escapes Slack's three control characters, so that a name can neither link nor mention. */
function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** An address that cannot end its link early. */
function escapeAddress(link: string): string {
  return link.replaceAll(/[<>|\s]/g, (character) => encodeURIComponent(character));
}
