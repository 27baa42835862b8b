import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { cut } from '@watchpost/shared/text';
import { renderMrkdwn } from '../mrkdwn.ts';

const ellipsis = '…';

/** Plain text of at most `most` UTF-16 units, in whole characters; what was cut off shows as an ellipsis. */
export function fitPlain(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${cut(text, { characters: most - 1, units: most - 1 }).trimEnd()}${ellipsis}`;
}

/** The text in mrkdwn, of at most `most` UTF-16 units: cut before it is rendered, so that no mark and no link is cut in two. */
export function fitMrkdwn(text: RichText, most: number): string {
  const whole = renderMrkdwn(text);
  if (whole.length <= most) return whole;
  let [fits, tooMuch] = [0, text.reduce((sum, run) => sum + run.text.length, 0)];
  while (tooMuch - fits > 1) {
    const middle = Math.floor((fits + tooMuch) / 2);
    if (renderMrkdwn(first(text, middle)).length <= most) fits = middle;
    else tooMuch = middle;
  }
  const shown = renderMrkdwn(first(text, fits));
  return shown.length <= most ? shown : '';
}

/** The first `units` of the text, with an ellipsis. */
function first(text: RichText, units: number): RichText {
  const kept: TextRun[] = [];
  let left = units;
  for (const run of text) {
    if (run.text.length > left) {
      if (left > 0) kept.push({ ...run, text: cut(run.text, { characters: left, units: left }).trimEnd() });
      break;
    }
    kept.push(run);
    left -= run.text.length;
  }
  return [...kept, { text: ellipsis }];
}

/** The text in pieces that each fit `most` units when rendered, cut between lines. A line that does not fit by itself is cut. */
export function piecesOf(text: RichText, most: number): string[] {
  const whole = renderMrkdwn(text);
  if (whole.length <= most) return whole.trim() === '' ? [] : [whole];
  const pieces: string[] = [];
  let piece: TextRun[] = [];
  for (const line of linesOf(text)) {
    const longer = [...piece, ...(piece.length > 0 ? [{ text: '\n' }] : []), ...line];
    if (renderMrkdwn(longer).length <= most) {
      piece = longer;
      continue;
    }
    if (piece.length > 0) pieces.push(fitMrkdwn(piece, most));
    piece = [...line];
  }
  pieces.push(fitMrkdwn(piece, most));
  return pieces.filter((each) => each.trim() !== '');
}

function linesOf(text: RichText): TextRun[][] {
  const lines: TextRun[][] = [[]];
  for (const run of text) {
    for (const [index, part] of run.text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (part !== '' || run.member !== undefined || run.time) lines.at(-1)?.push({ ...run, text: part });
    }
  }
  return lines;
}
