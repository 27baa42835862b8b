import { z } from 'zod';
import type { Path } from './read-settings.ts';

/** The names of the settings in the nearest group at or above a place of a file. */
export function namesAt(schema: z.core.$ZodType, path: Path): string[] {
  let names = namesOf(schema);
  let within: readonly z.core.$ZodType[] = [schema];
  for (const part of path) {
    within = within.flatMap((each) => partsOf(each, part));
    const next = within.flatMap(namesOf);
    if (next.length > 0) names = next;
  }
  return [...new Set(names)];
}

/** A schema without what is around it: optional, with a default, changed before or after. */
function bare(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) return bare(schema.unwrap());
  if (schema instanceof z.ZodPipe) return bare(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(bare);
  return [schema];
}

const namesOf = (schema: z.core.$ZodType): string[] =>
  bare(schema).flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));

function partsOf(schema: z.core.$ZodType, part: PropertyKey): readonly z.core.$ZodType[] {
  return bare(schema).flatMap((each): readonly z.core.$ZodType[] => {
    if (each instanceof z.ZodArray) return [each.element];
    if (each instanceof z.ZodRecord) return [each.valueType];
    const shape: Record<PropertyKey, z.core.$ZodType> = each instanceof z.ZodObject ? each.shape : {};
    const found = shape[part];
    return found ? [found] : [];
  });
}
