import type { CameraName } from './scenes.ts';
import type { Cell } from './contact-sheet.ts';

/** A person in the demonstration: the faces on the contact sheet that show them. */
export type CastMember = readonly Cell[];

const cells = (row: number, ...columns: number[]): Cell[] => columns.map((column) => ({ row, column }));

/** People who appear again and again. The first row of the sheet shows one man in many pictures. */
export const regulars = {
  man: cells(0, 0, 1, 2, 3, 5, 6, 8, 11, 15),
  blonde: cells(5, 17),
  bearded: cells(5, 5),
  darkHaired: cells(4, 17),
  young: cells(4, 8),
} as const satisfies Record<string, CastMember>;

/** People who appear rarely. */
export const passersBy: CastMember[] = [
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
  people: CastMember[];
}

const { man, blonde, bearded, darkHaired, young } = regulars;

/** Known before the first snapshot: somebody who lives here, and somebody whom nobody needs to hear about. */
export const household: readonly { name: string; member: CastMember; ignored: boolean }[] = [
  { name: 'Mia', member: blonde, ignored: false },
  { name: 'Postman', member: bearded, ignored: true },
];

/**
 * The first minute: a stranger to name, somebody known, somebody ignored and an empty frame (nothing is posted), the stranger again in
 * the same visit, and at another camera: that visit says the name by then.
 */
const opening: Visit[] = [
  { camera: 'Front door', people: [man] },
  { camera: 'Garden', people: [blonde] },
  { camera: 'Gate', people: [bearded] },
  { camera: 'Garden', people: [] },
  { camera: 'Front door', people: [man] },
  { camera: 'Garage', people: [man] },
  { camera: 'Front door', people: [darkHaired, man] },
  { camera: 'Garden', people: [blonde, young] },
];

/** Which camera takes the snapshot with this number (from 0), and who is in it. `random` returns numbers from 0 up to 1. */
export function visitAt(index: number, random: () => number): Visit {
  const scripted = opening[index];
  if (scripted) return scripted;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const people = new Set<CastMember>();
  const count = Math.floor(random() * 4);
  for (let tries = 0; people.size < count && tries < 10; tries += 1) {
    const member = random() < 0.85 ? pick(Object.values(regulars)) : pick(passersBy);
    if (member) people.add(member);
  }
  return { camera: pick(['Front door', 'Garage', 'Garden', 'Gate'] as const) ?? 'Garden', people: [...people] };
}

/** Time until the next snapshot, in milliseconds: short at first, so that there is something to see, then longer. */
export function pauseAfterMs(index: number): number {
  if (index < 12) return 10_000;
  return index < 60 ? 30_000 : 120_000;
}
