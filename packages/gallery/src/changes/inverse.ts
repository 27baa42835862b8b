import { z } from 'zod';
import type { AuditEntry } from '../domain.ts';

const schema = z.object({
  persons: z.array(
    z.object({
      id: z.string(),
      isNew: z.literal(false),
      set: z
        .object({
          name: z.string(),
          number: z.number().nullable(),
          aliases: z.array(z.string()),
          ignored: z.boolean(),
          mergedInto: z.string().nullable(),
          deleted: z.boolean(),
          createdAtMs: z.number(),
        })
        .partial()
        .transform(withoutUndefined),
    }),
  ),
  faces: z.array(
    z.object({
      id: z.string(),
      isNew: z.literal(false),
      set: z
        .object({ personId: z.string(), role: z.enum(['reference', 'negative']), deleted: z.boolean() })
        .partial()
        .transform(withoutUndefined),
    }),
  ),
  moveSightings: z.array(z.object({ faceIds: z.array(z.string()), personId: z.string() })),
  assignments: z.array(z.object({ snapshotId: z.string(), position: z.number().int(), personId: z.string().nullable() })).default([]),
});

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** JSON has no undefined, so what zod calls optional is simply absent; this tells the compiler. */
function withoutUndefined<T extends object>(fields: T): Defined<T> {
  const isDefined = (value: object): value is Defined<T> => !Object.values(value).includes(undefined);
  if (!isDefined(fields)) throw new TypeError('a field is undefined');
  return fields;
}

/** Databases keep the inverse of a change as text: nobody but us reads it. */
export function inverseToJson(inverse: AuditEntry['inverse']): string | null {
  return inverse && JSON.stringify(inverse);
}

export function inverseFromJson(json: string | null): AuditEntry['inverse'] {
  return json === null ? null : schema.parse(JSON.parse(json));
}
