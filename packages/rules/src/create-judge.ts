import type { MessageText } from '@watchpost/shared/chat/message';
import { breathing, type Breathe } from './breathing.ts';
import { type Detector } from './detectors/detector.ts';
import { detectors } from './detectors/detectors.ts';
import { strengthOf } from './findings.ts';
import type { Judge, Match } from './judge.ts';
import { mask } from './mask.ts';
import { reasonOf } from './patterns/check-look.ts';
import { createPatternSet, type PatternSet } from './patterns/pattern-set.ts';
import { patternOf, type Pattern } from './patterns/pattern.ts';
import { piecesOf, type Piece } from './reading/pieces.ts';
import { readingOf } from './reading/reading.ts';
import { joined, type Span } from './reading/span.ts';
import type { Rule } from './rule.ts';

export { checkLook } from './patterns/check-look.ts';
export { mask } from './mask.ts';

/** Matches of one rule in one text. */
const mostInText = 50;
/** Matches in all texts; the first ones of each rule are among them. */
const mostAtAll = 200;

type Look = Pattern | Detector;
const isPattern = (look: Look): look is Pattern => 'source' in look;

interface Ready {
  rule: Rule;
  look: Look;
}

/** What is looked for, and what all patterns together tell about a text first. */
interface Wanted {
  looks: readonly Look[];
  set: PatternSet;
}

/** The spans of each look in a text as it stands, and as it reads: in units of the text as it stands. */
async function spansIn(text: string, { looks, set }: Wanted, breathe: Breathe): Promise<Map<Look, Span[]>> {
  const result = new Map<Look, Span[]>();
  const readings = [{ text, original: (span: Span) => span }, readingOf(text) ?? []].flat();
  for (const reading of readings) {
    const matching = await set.matching(reading.text, breathe);
    for (const look of looks) {
      if (isPattern(look) && !matching.has(look)) continue;
      await breathe();
      const spans = isPattern(look) ? await look.find(reading.text, mostInText, breathe) : await look.find(reading.text, breathe);
      if (spans.length > 0) result.set(look, [...(result.get(look) ?? []), ...spans.map(reading.original)]);
    }
  }
  return result;
}

/** The spans that begin in a piece. One that reaches the end of what was looked at is looked at with more of what follows. */
async function spansOfPiece(text: string, piece: Piece, wanted: Wanted, breathe: Breathe): Promise<Map<Look, Span[]>> {
  const own = async ({ from, to }: Piece['seen'], looks: readonly Look[]): Promise<Map<Look, Span[]>> => {
    const found = await spansIn(text.slice(from, to), { ...wanted, looks }, breathe);
    const placed = [...found].map(([look, spans]): [Look, Span[]] => [
      look,
      spans
        .map(({ start, end }) => ({ start: start + from, end: end + from }))
        .filter(({ start }) => start >= piece.begin && start < piece.end),
    ]);
    return new Map(placed);
  };
  const result = await own(piece.seen, wanted.looks);
  if (piece.seen.to === text.length) return result;
  const cut = [...result].filter(([, spans]) => spans.some(({ end }) => end === piece.seen.to)).map(([look]) => look);
  if (cut.length === 0) return result;
  const to = Math.min(text.length, piece.seen.to + piece.more);
  const more = await own({ from: piece.seen.from, to }, cut);
  // Where even that ends within a match, nobody knows what a pattern says that asks for the end.
  const isTrue = (look: Look, { end }: Span): boolean => end < to || to === text.length || !isPattern(look) || !look.looksAhead;
  for (const look of cut) result.set(look, more.get(look)?.filter((span) => isTrue(look, span)) ?? []);
  return result;
}

async function spansOfText(text: string, wanted: Wanted, breathe: Breathe): Promise<Map<Look, Span[]>> {
  const result = new Map<Look, Span[]>();
  for (const piece of piecesOf(text.length)) {
    // Who has enough already is not looked for any more.
    const looks = wanted.looks.filter((look) => (result.get(look)?.length ?? 0) < mostInText);
    for (const [look, spans] of await spansOfPiece(text, piece, { ...wanted, looks }, breathe)) {
      const all = joined([...(result.get(look) ?? []), ...spans]);
      if (all.length > 0) result.set(look, all.slice(0, mostInText));
    }
  }
  return result;
}

/** No more than may be kept: first one match of each rule, that of the strongest action first, then as they stand. */
function atMost(matches: Match[]): Match[] {
  if (matches.length <= mostAtAll) return matches;
  const seen = new Set<Rule>();
  const firsts = new Set(matches.filter(({ rule }) => !seen.has(rule) && seen.add(rule)));
  const weight = (match: Match): number => (firsts.has(match) ? 10 : 0) + strengthOf(match.rule);
  const kept = new Set(matches.toSorted((a, b) => weight(b) - weight(a)).slice(0, mostAtAll));
  return matches.filter((match) => kept.has(match));
}

function prepare(rules: readonly Rule[]): { ready: Ready[]; broken: { rule: Rule; reason: string }[] } {
  const ready: Ready[] = [];
  const broken: { rule: Rule; reason: string }[] = [];
  for (const rule of rules) {
    try {
      ready.push({ rule, look: 'detector' in rule.look ? detectors[rule.look.detector] : patternOf(rule.look.pattern) });
    } catch (thrown) {
      broken.push({ rule, reason: reasonOf(thrown, 'pattern' in rule.look ? rule.look.pattern : '') });
    }
  }
  return { ready, broken };
}

/** Makes rules ready to be applied. What was compiled for earlier ones and has not changed is used again. */
export function createJudge(rules: readonly Rule[]): Judge {
  const { ready, broken } = prepare(rules);
  const patterns = new Set(ready.map(({ look }) => look).filter(isPattern));
  const set = createPatternSet([...patterns]);

  const matchesIn = async ({ where, text }: MessageText, applied: readonly Ready[], breathe: Breathe): Promise<Match[]> => {
    const looks = [...new Set(applied.map(({ look }) => look))];
    const spans = await spansOfText(text, { looks, set }, breathe);
    return applied
      .flatMap(({ rule, look }) =>
        (spans.get(look) ?? []).map(({ start, end }) => ({ rule, where, start, end, masked: mask(text.slice(start, end)) })),
      )
      .toSorted((a, b) => a.start - b.start);
  };

  return {
    rules: ready.map(({ rule }) => rule),
    broken,
    judge: async (texts, applies, signal) => {
      signal.throwIfAborted();
      const applied = ready.filter(({ rule }) => applies(rule));
      const breathe = breathing(signal);
      const matches: Match[] = [];
      if (applied.length === 0) return matches;
      for (const text of texts) matches.push(...(await matchesIn(text, applied, breathe)));
      return atMost(matches);
    },
  };
}
