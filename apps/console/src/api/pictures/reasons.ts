import type { SightedFace } from '@watchpost/gallery/gallery';
import { defaultRiskSettings } from '@watchpost/gallery/decide/yardstick';

type Judged = Pick<
  SightedFace,
  'decision' | 'person' | 'mayBe' | 'similarity' | 'quality' | 'sizePx' | 'saidBy' | 'evidence' | 'best' | 'second'
>;

/** What a face needs: to be recognised at all, and to become a person. Pixels, and 0..1. */
export interface Needs {
  recognisable: { minSizePx: number; minQuality: number };
  enroll: { minSizePx: number; minQuality: number };
}

/** Of how many strangers one is so similar to anybody in the gallery as it was then; null: not known. */
export function strangersOneIn(evidence: SightedFace['evidence']): number | null {
  const rate = evidence?.best?.falseMatchRate ?? null;
  if (!evidence?.compared || rate === null || rate <= 0) return null;
  return Math.max(1, 1 / (Math.max(defaultRiskSettings.leastComparisons, evidence.compared.comparisons) * rate));
}

/** Why a decision fell, in a few plain sentences. Pure. */
export function reasonsOf(face: Judged, needs: Needs): string[] {
  const { decision, person, saidBy, evidence, best } = face;
  if (saidBy !== null)
    return [
      person
        ? `${spoken(saidBy)} said that this is ${person.name}.`
        : decision === 'unrecognisable'
          ? `${spoken(saidBy)} said that this is no face.`
          : `${spoken(saidBy)} said that this is somebody else.`,
    ];
  const poor = tooPoor(face, needs);
  if (!evidence?.best)
    return [decision === 'unknown' ? 'Nobody in the gallery could be compared: a new unknown person.' : 'Nobody was compared.', ...poor];
  const name = best ?? 'somebody who is removed since';
  const { similarity } = evidence.best;
  const near = `Most similar to ${name}: ${cosine(similarity)}, where a name needs ${cosine(evidence.match)} at this size.`;
  return [near, ...rarity(evidence), ...conclusion(face, name), ...poor, ...negative(face, name)];
}

/** What follows from the similarities: each kind of decision has its own sentences. */
function conclusion(face: Judged, name: string): string[] {
  const { decision, evidence } = face;
  if (!evidence?.best) return [];
  const { match, uncertain } = evidence;
  const place: Concluded = {
    name,
    best: evidence.best.similarity,
    contested: contestedBy(face),
    called: face.person?.name ?? null,
    match,
    uncertain,
  };
  switch (decision) {
    case 'match':
      return [`Similar enough, and nobody else comes close: ${place.called ?? name}.`];
    case 'uncertain':
      return [whyUncertain(place)];
    case 'unknown':
      return [whyUnknown(place)];
    case 'unrecognisable':
      return place.best < uncertain ? [`Below the line for “not sure” (${cosine(uncertain)}): a stranger.`] : [];
    default:
      return decision satisfies never;
  }
}

/** The sentence about a rival; null: nobody contests the best person. */
function contestedBy({ evidence, second }: Judged): string | null {
  const rival = evidence?.second;
  if (!evidence?.best || !rival) return null;
  const { match, margin, best } = evidence;
  if (best.similarity < match || best.similarity - rival.similarity >= margin) return null;
  return `${second ?? 'Somebody else'} is nearly as similar (${cosine(rival.similarity)}), less than ${cosine(margin)} below: so no name is shown.`;
}

interface Concluded {
  name: string;
  best: number;
  contested: string | null;
  /** What the person is called whose it is. */
  called: string | null;
  match: number;
  uncertain: number;
}

function whyUncertain({ best, contested, match, uncertain }: Concluded): string {
  if (contested !== null) return contested;
  return best >= match
    ? 'Similar enough, but another face of this picture is more so, or somebody else is nearly as similar: nobody is in a picture twice.'
    : `Above the line for “not sure” (${cosine(uncertain)}) and below the one for a name: nobody is named.`;
}

function whyUnknown({ name, best, contested, called, match, uncertain }: Concluded): string {
  if (best < uncertain)
    return `Below the line for “not sure” (${cosine(uncertain)}): a stranger, who became ${called ?? 'a new unknown person'}.`;
  if (contested !== null) return contested;
  if (best >= match) return `Similar enough to somebody without a name: ${called ?? name}.`;
  return `Not similar enough for a name: kept as ${called ?? 'an unknown person'}, who may be ${name}.`;
}

function rarity(evidence: NonNullable<Judged['evidence']>): string[] {
  const oneIn = strangersOneIn(evidence);
  if (oneIn === null || !evidence.compared) return [];
  const { persons } = evidence.compared;
  const among = `among ${persons.toLocaleString('en-GB')} ${persons === 1 ? 'person' : 'people'}`;
  return oneIn < 2
    ? [`Most strangers are as similar to somebody ${among}.`]
    : [`One stranger in ${rounded(oneIn)} is as similar to somebody ${among}.`];
}

function tooPoor({ decision, sizePx, quality }: Judged, { recognisable, enroll }: Needs): string[] {
  if (decision !== 'unrecognisable' && decision !== 'uncertain') return [];
  const needed = sizePx < recognisable.minSizePx || quality < recognisable.minQuality ? recognisable : enroll;
  const what = needed === recognisable ? 'to be recognised at all' : 'to become a person';
  return [
    ...(sizePx < needed.minSizePx
      ? [`Too small: ${String(Math.round(sizePx))} px across, and ${String(needed.minSizePx)} px are needed ${what}.`]
      : []),
    ...(quality < needed.minQuality
      ? [`Too unclear: quality ${percent(quality)}, and ${percent(needed.minQuality)} is needed ${what}.`]
      : []),
  ];
}

function negative({ evidence }: Judged, name: string): string[] {
  if (!evidence || evidence.negative === null || !evidence.best) return [];
  return [`A face that somebody marked as not ${name} was ${cosine(evidence.negative)} similar.`];
}

const cosine = (value: number): string => value.toFixed(3);
const percent = (value: number): string => `${String(Math.round(value * 100))} %`;

/** Two digits: `1,200`, `34`. */
export function rounded(value: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return value >= 1e9 ? 'a billion or more' : (Math.round(value / unit) * unit).toLocaleString('en-GB');
}

/** `ada (console)` of an actor's id. */
function spoken(actor: string): string {
  const [, origin, name] = /^([a-z]+):(.+)$/.exec(actor) ?? [];
  return name === undefined || origin === undefined ? actor : `${name} (${origin})`;
}
