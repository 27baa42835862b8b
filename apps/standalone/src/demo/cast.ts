import type { CameraName } from './scenes.ts';
import type { Cell } from './contact-sheet.ts';

/** Somebody of the demonstration: the faces on the contact sheet that show them. */
export type Somebody = readonly Cell[];

const cells = (row: number, ...columns: number[]): Cell[] => columns.map((column) => ({ row, column }));

/** Who comes again and again. The first row of the sheet shows one man in many pictures. */
export const regulars = {
  man: cells(0, 0, 1, 2, 3, 5, 6, 8, 11, 15),
  blonde: cells(5, 17),
  bearded: cells(5, 5),
  darkHaired: cells(4, 17),
  young: cells(4, 8),
} as const satisfies Record<string, Somebody>;

/** Who passes by once. */
export const passersBy: Somebody[] = [
  cells(2, 7),
  cells(3, 2),
  cells(4, 1),
  cells(5, 9),
  cells(3, 13),
  cells(2, 2),
  cells(5, 13),
  cells(3, 5),
];

export interface Visit {
  camera: CameraName;
  people: Somebody[];
}

const { man, blonde, bearded, darkHaired, young } = regulars;

/** The first minutes: somebody at once, an empty frame, somebody seen again at another camera, three at a time. */
const opening: Visit[] = [
  { camera: 'Front door', people: [man] },
  { camera: 'Garden', people: [blonde, bearded] },
  { camera: 'Garage', people: [man] },
  { camera: 'Garden', people: [] },
  { camera: 'Front door', people: [darkHaired, man] },
  { camera: 'Garage', people: [young] },
  { camera: 'Front door', people: [blonde, bearded, darkHaired] },
];

/** Who is in front of which camera in the snapshot number `index`, from 0. `random` gives numbers from 0 up to 1. */
export function visitAt(index: number, random: () => number): Visit {
  const scripted = opening[index];
  if (scripted) return scripted;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const people = new Set<Somebody>();
  const count = Math.floor(random() * 4);
  for (let tries = 0; people.size < count && tries < 10; tries += 1) {
    const somebody = random() < 0.85 ? pick(Object.values(regulars)) : pick(passersBy);
    if (somebody) people.add(somebody);
  }
  return { camera: pick(['Front door', 'Garage', 'Garden'] as const) ?? 'Garden', people: [...people] };
}

/** Time until the next snapshot, in milliseconds: lively at first, so that a newcomer sees something, then like a quiet street. */
export function pauseAfterMs(index: number): number {
  if (index < 12) return 10_000;
  return index < 60 ? 30_000 : 120_000;
}
