import type { FaultClass, Faults } from './faults.ts';
import { createRandom, pick } from '../random.ts';
import { strangers } from './pictures.ts';

/** What a file of a camera shows. */
export type Content =
  | { kind: 'face'; stranger: number; seed: number }
  | { kind: 'empty'; seed: number }
  /** The bytes of an earlier file of the same camera. */
  | { kind: 'repeat'; of: string }
  | { kind: 'cut-short' | 'text' | 'no-bytes' | 'gone' };

export interface PlannedFile {
  id: string;
  content: Content;
  /** Slack Connect: the event has only a stub, files.info has the file. */
  isStub: boolean;
}

/** A message with files. */
export interface PlannedMessage {
  serial: number;
  atMs: number;
  camera: string;
  /** The camera's name is in the message itself, or in one before it. */
  caption: 'in it' | 'before it';
  files: PlannedFile[];
  /** Deliveries after the acknowledged one, each so many milliseconds later. `early`: beside the first one, to both ingest processes. */
  duplicatesAfterMs: number[];
  early: boolean;
}

export type FaultAction =
  | { kind: 'kill worker' | 'kill ingest'; which: number }
  | { kind: 'kill launcher' }
  | { kind: 'restart' | 'freeze' | 'disk'; store: number; forMs: number }
  | { kind: 'token' | 'membership'; forMs: number };
export type PlannedFault = FaultAction & { atMs: number };

export interface PlanOptions {
  seed: number;
  snapshots: number;
  faults: Faults;
  /** Some seconds of everything. */
  short: boolean;
  /** How many stores there are. */
  stores: number;
  /** Whether a part of it is started by a launcher. */
  hasLauncher: boolean;
}

export interface Plan {
  messages: PlannedMessage[];
  faults: PlannedFault[];
  forMs: number;
}

const brokenKinds = ['cut-short', 'text', 'no-bytes', 'gone'] as const;
/** Which share of the files shows what; the rest is `empty`. */
const shares = { face: 0.3, repeat: 0.15, broken: 0.1 };
const cameras = ['Front door', 'Garage', 'Garden', 'Yard'] as const;
/** Between two files, on average. Milliseconds. */
const everyMs = { long: 650, short: 250 };
const quietMs = 1_000;

/** Everything that will be posted and done, and when: it depends on the options alone. */
export function planPair(options: PlanOptions): Plan {
  const random = createRandom(options.seed);
  const messages = planMessages(options, random);
  const forMs = (messages.at(-1)?.atMs ?? 0) + quietMs;
  return { messages, forMs, faults: planFaults(options, forMs, random) };
}

function planMessages({ snapshots, faults, short }: PlanOptions, random: () => number): PlannedMessage[] {
  const messages: PlannedMessage[] = [];
  const shown = new Map<string, string[]>();
  const count = { faces: 0, files: 0 };
  let atMs = quietMs;
  const content = (camera: string): Content => {
    const chance = random();
    const seed = Math.floor(random() * 2 ** 31);
    const brokenKind = pick(brokenKinds, random);
    const earlier = shown.get(camera) ?? [];
    if (chance < shares.face) return { kind: 'face', stranger: count.faces++ % strangers.length, seed };
    if (chance < shares.face + shares.repeat && earlier.length > 0) return { kind: 'repeat', of: earlier.at(-1) ?? '' };
    if (chance > 1 - shares.broken && faults.has('broken')) return { kind: brokenKind };
    return { kind: 'empty', seed };
  };
  for (let serial = 1; count.files < snapshots; serial += 1) {
    const camera = pick(cameras, random);
    const size = Math.min(snapshots - count.files, random() < 0.75 ? 1 : 2 + Math.floor(random() * 3));
    const planned = Array.from({ length: size }, (): PlannedFile => {
      count.files += 1;
      const file = { id: `F${String(count.files).padStart(5, '0')}`, content: content(camera), isStub: random() < 0.05 };
      if (file.content.kind === 'face' || file.content.kind === 'empty') shown.set(camera, [...(shown.get(camera) ?? []), file.id]);
      return file;
    });
    // What is left out still takes its random numbers, so that the rest stays the same.
    const caption = random() < 0.7 ? 'in it' : 'before it';
    const [isDuplicated, isEarly, afterMs] = [random() < 0.25, random() < 0.3, pick([[20], [1_000], [10, short ? 4_000 : 15_000]], random)];
    const isSentAgain = isDuplicated && faults.has('duplicates');
    messages.push({
      serial,
      atMs: Math.round(atMs),
      camera,
      caption,
      files: planned,
      duplicatesAfterMs: isSentAgain ? afterMs : [],
      early: isSentAgain && isEarly,
    });
    atMs += size * (short ? everyMs.short : everyMs.long) * (0.4 + 1.2 * random());
  }
  return messages;
}

/** How often: kills of each sort of process, and faults of each store. `long`: for a thousand snapshots. */
const counts = {
  long: { worker: 50, ingest: 10, launcher: 5, restart: 5, freeze: 5, disk: 1 },
  short: { worker: 2, ingest: 2, launcher: 1, restart: 1, freeze: 1, disk: 0 },
};

function planFaults({ snapshots, faults, short, stores, hasLauncher }: PlanOptions, forMs: number, random: () => number): PlannedFault[] {
  const times = (of: keyof typeof counts.long): number => (short ? counts.short[of] : Math.ceil((counts.long[of] * snapshots) / 1_000));
  const planned: PlannedFault[] = [];
  /** Each in a part of the time of its own. */
  const spread = (actions: (() => FaultAction)[], on: FaultClass | null): void => {
    if (on && !faults.has(on)) return;
    for (const [index, action] of actions.entries()) {
      const part = (forMs * 0.9) / actions.length;
      planned.push({ ...action(), atMs: Math.round(forMs * 0.04 + part * (index + random() * 0.25)) });
    }
  };
  const repeat = <T>(times: number, make: (index: number) => T): T[] => Array.from({ length: times }, (_, index) => make(index));
  spread(
    repeat(times('worker'), (which) => () => ({ kind: 'kill worker', which })),
    'kills',
  );
  spread(
    repeat(times('ingest'), (which) => () => ({ kind: 'kill ingest', which })),
    'kills',
  );
  // Of stores one at a time: with its queue and its gallery away at once, there is less that can go wrong.
  const ofStore = repeat(stores, (store) => [
    ...repeat(faults.has('restarts') ? times('restart') : 0, () => () => ({
      kind: 'restart' as const,
      store,
      forMs: 500 + random() * 2_000,
    })),
    ...repeat(faults.has('freezes') ? times('freeze') : 0, () => () => ({
      kind: 'freeze' as const,
      store,
      forMs: 3_000 + (short ? 0 : random() * 17_000),
    })),
    ...repeat(faults.has('disk') ? times('disk') : 0, () => () => ({ kind: 'disk' as const, store, forMs: 15_000 })),
  ]).flat();
  spread(shuffled(ofStore, random), null);
  spread(
    repeat(hasLauncher ? times('launcher') : 0, () => () => ({ kind: 'kill launcher' })),
    'kills',
  );
  // Longer than all attempts of a snapshot's job take together.
  const forRepair = short ? 4_000 : 75_000;
  if (faults.has('token')) planned.push({ kind: 'token', forMs: forRepair, atMs: Math.round(forMs * 0.1) });
  if (faults.has('membership')) planned.push({ kind: 'membership', forMs: forRepair, atMs: Math.round(forMs * 0.5) });
  return planned.toSorted((a, b) => a.atMs - b.atMs);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
