import { z } from 'zod';

/** How far both faces being small moves a similarity: `one` for each face, `both` for their product, by `smallness`. */
const shiftSchema = z.strictObject({ one: z.number(), both: z.number() });

/** The similarities of two faces: the mean at full size, and how it moves where faces are smaller. */
const similaritiesSchema = z.strictObject({ mean: z.number().min(-1).max(1), small: shiftSchema });

/**
 * What the similarities of an embedding model mean: the numbers that `bench -- calibrate` fits and prints. Both distributions are
 * normal and equally wide. The strangers' is fitted to its upper tail, because only what is far above most strangers decides.
 */
export const calibrationTableSchema = z
  .strictObject({
    /** Of faces of two persons. */
    strangers: similaritiesSchema,
    /** Of two faces of one person. */
    samePerson: similaritiesSchema,
    /** The standard deviation of both. */
    deviation: z.number().positive().max(1),
    /** The share of the variance that stays when several faces of one person are averaged, for they all resemble a stranger alike. */
    shared: z.number().min(0).max(1),
    /** How the comparisons grow with the references that a person has: with this power of their number. */
    referencePower: z.number().min(0).max(1),
    /**
     * How far the similarities to other persons near a face level the best one: by this share of what they are above their expectation;
     * `deviation`: what of the standard deviation is left then. Without it nothing is levelled.
     */
    neighbours: z
      .strictObject({ share: z.number().min(0).max(1), deviation: z.number().positive().max(1) })
      .default({ share: 0, deviation: 1 }),
  })
  .refine(
    ({ strangers, samePerson }) => corners.every((sizes) => meanAt(samePerson, ...sizes) > meanAt(strangers, ...sizes)),
    'faces of one person must be more similar than those of two, at every size',
  );
export type CalibrationTable = z.output<typeof calibrationTableSchema>;

/** The mean of such similarities where the faces are so much smaller than full size. Pure. */
export function meanAt({ mean, small }: z.output<typeof similaritiesSchema>, one: number, other: number): number {
  return mean + small.one * (one + other) + small.both * one * other;
}

/** Faces are at most so small: a quarter of full size. */
export const smallest = 2;
/** What holds for these sizes holds for those in between. */
const corners: readonly [number, number][] = [
  [0, 0],
  [0, smallest],
  [smallest, smallest],
];
