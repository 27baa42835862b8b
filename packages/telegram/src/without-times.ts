import type { Transformer } from 'grammy';
import { z } from 'zod';

// A Bot API server of one's own may be older than the entity that shows a moment in the reader's time zone, and then takes no message with it.

const entity = z.looseObject({ type: z.string() });
const entities = z.array(entity).transform((list) => list.filter(({ type }) => type !== 'date_time'));
const captioned = z.looseObject({ caption_entities: entities.optional() });
const payloadSchema = z.looseObject({
  entities: entities.optional(),
  caption_entities: entities.optional(),
  media: z.unknown().optional(),
});

const refusal = z.looseObject({ ok: z.literal(false), description: z.string().regex(/unsupported type specified/i) });

/** Leaves out moments once a server has said that it does not know them; what it refused is asked for again. */
export function createWithoutTimes(): Transformer {
  let isOld = false;
  return async (prev, method, payload, signal) => {
    const without = withoutTimes(payload);
    if (!without) return prev(method, payload, signal);
    const shortened = () => prev(method, Object.assign({}, payload, without), signal);
    if (isOld) return shortened();
    const response = await prev(method, payload, signal);
    if (!refusal.safeParse(response).success) return response;
    isOld = true;
    return shortened();
  };
}

/** What a call without moments has in place of its own: the texts below them stay. Null: it has none. */
function withoutTimes(payload: unknown): Record<string, unknown> | null {
  const { data } = payloadSchema.safeParse(payload);
  if (!data) return null;
  const media = captioned.safeParse(data.media).data;
  const changed = {
    ...(data.entities && { entities: data.entities }),
    ...(data.caption_entities && { caption_entities: data.caption_entities }),
    ...(media?.caption_entities && { media }),
  };
  return Object.keys(changed).length === 0 ? null : changed;
}
