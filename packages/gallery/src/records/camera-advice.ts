import type { OutcomeCount, SnapshotOutcome } from './snapshot-outcome.ts';

type Counts = Partial<Record<SnapshotOutcome, number>>;

/** Fewer snapshots say nothing about a camera. */
const fewest = 20;
/** Of the snapshots that were looked at, or of those with faces. */
const many = 0.5;

interface Advice {
  /** How much this is the trouble, 0..1. */
  share: (counts: Counts) => number;
  /** From which share on. */
  from: number;
  text: string;
}

const sum = (counts: Counts, ...outcomes: SnapshotOutcome[]): number =>
  outcomes.reduce((total, outcome) => total + (counts[outcome] ?? 0), 0);

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const everything = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);
const withFaces = (counts: Counts): number => sum(counts, 'faces', 'too-small', 'blurred');
const lookedAt = (counts: Counts): number => withFaces(counts) + sum(counts, 'none', 'too-dark', 'masked');

/** What hides the rest comes first: of files that cannot be read nobody knows what they show. */
const advice: readonly Advice[] = [
  {
    share: (counts) => shareOf(sum(counts, 'not-an-image'), everything(counts)),
    from: 0.1,
    text: 'Many files are no pictures that can be read: let the camera post JPEG or PNG, whole files.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'failed'), everything(counts)),
    from: 0.1,
    text: 'Many snapshots failed: `watchpost jobs` says why.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'skipped'), everything(counts)),
    from: 0.05,
    text: 'It posts more than can be looked at in time: let it post less often, or run more workers.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'too-dark'), lookedAt(counts)),
    from: many,
    text: 'Most pictures are too dark to find faces in: add light, or let the camera expose longer.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'too-small'), withFaces(counts)),
    from: many,
    text: 'Most faces are too small: move the camera closer, or post its full resolution.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'blurred'), withFaces(counts)),
    from: many,
    text: 'Most faces are blurred or turned away: use a shorter exposure with more light, and turn the camera to where people look.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'masked'), lookedAt(counts)),
    from: many,
    text: 'Most faces are in masked parts of the picture: check the masks in the cameras file.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'same-as-before'), everything(counts)),
    from: 0.9,
    text: 'Nearly all pictures show nothing new: let the camera post on motion only.',
  },
  {
    share: (counts) => shareOf(sum(counts, 'none'), lookedAt(counts)),
    from: 0.98,
    text: 'Hardly any picture shows a face: check where the camera looks, and when it posts.',
  },
];

/** One line that helps this camera most; null: there is nothing to say, or too little is known. `counts`: of one camera. Pure. */
export function adviceFor(counts: readonly Pick<OutcomeCount, 'outcome' | 'snapshots'>[]): string | null {
  const all: Counts = {};
  for (const { outcome, snapshots } of counts) all[outcome] = (all[outcome] ?? 0) + snapshots;
  if (everything(all) < fewest) return null;
  return advice.find(({ share, from }) => share(all) >= from)?.text ?? null;
}
