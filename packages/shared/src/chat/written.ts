import { z } from 'zod';
import { chatFileSchema } from './chat.ts';
import type { MessageRef } from './message.ts';

/** How a run of text is set. */
const stylesSchema = z.array(z.enum(['bold', 'italic', 'strike', 'underline', 'code'])).max(5);

const styled = { styles: stylesSchema.optional() };

/** A part of a line. Texts are literal: no markup and no entity is left in them. */
export const inlineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), ...styled }),
  /** `url` as somebody wrote it: whoever renders it decides whether it becomes a link. `text`: its label; null: it has none. */
  z.object({ type: z.literal('link'), url: z.string(), text: z.string().nullable(), ...styled }),
  /** A member or a bot, by the platform's own id. */
  z.object({ type: z.literal('member'), member: z.string(), ...styled }),
  /** `name`: as the platform sent it along, if it did. */
  z.object({ type: z.literal('group'), group: z.string(), name: z.string().nullable(), ...styled }),
  z.object({ type: z.literal('channel'), channel: z.string(), ...styled }),
  /** To everybody: `here`, `channel`, `everyone`. */
  z.object({ type: z.literal('broadcast'), range: z.string(), ...styled }),
  /** `name` without colons and without skin tone. `unicode`: the emoji itself; null: one of the workspace's own, or one that only has a name. */
  z.object({ type: z.literal('emoji'), name: z.string(), unicode: z.string().nullable(), ...styled }),
  /** `format`: the platform's, such as `{date_short} at {time}`. */
  z.object({
    type: z.literal('time'),
    atMs: z.number(),
    format: z.string(),
    fallback: z.string(),
    url: z.string().nullable(),
    ...styled,
  }),
  /** `#rrggbb`. */
  z.object({ type: z.literal('color'), value: z.string() }),
  z.object({ type: z.literal('break') }),
]);
export type Inline = z.infer<typeof inlineSchema>;

/** Points of a list, each with the lists below it. */
export interface WrittenList {
  type: 'list';
  ordered: boolean;
  /** Number of the first item. */
  start: number;
  items: { inlines: Inline[]; lists: WrittenList[] }[];
}

// What nests names its types: declarations made of these schemas would lose them.
const listSchema = z.object({
  type: z.literal('list'),
  ordered: z.boolean(),
  start: z.number().int(),
  items: z.array(
    z.object({
      inlines: z.array(inlineSchema),
      get lists(): z.ZodArray<z.ZodType<WrittenList>> {
        return z.array(listSchema);
      },
    }),
  ),
});

/** A part of a message that begins on a line of its own. */
export type Block =
  | { type: 'paragraph'; inlines: Inline[] }
  | { type: 'heading'; inlines: Inline[] }
  | { type: 'code'; text: string }
  | WrittenList
  | { type: 'rule' }
  | { type: 'quote'; blocks: Block[] };

/** As Block. */
export const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('paragraph'), inlines: z.array(inlineSchema) }),
  z.object({ type: z.literal('heading'), inlines: z.array(inlineSchema) }),
  z.object({ type: z.literal('code'), text: z.string() }),
  listSchema,
  z.object({ type: z.literal('rule') }),
  z.object({
    type: z.literal('quote'),
    get blocks(): z.ZodArray<z.ZodType<Block>> {
      return z.array(blockSchema);
    },
  }),
]);

/** The parts of all lines, in order, however deep; code has none. Pure. */
export function inlinesOf(blocks: readonly Block[]): Inline[] {
  return blocks.flatMap((block): Inline[] => {
    if (block.type === 'paragraph' || block.type === 'heading') return block.inlines;
    if (block.type === 'list') return inlinesOfList(block);
    return block.type === 'quote' ? inlinesOf(block.blocks) : [];
  });
}

const inlinesOfList = ({ items }: WrittenList): Inline[] =>
  items.flatMap(({ inlines, lists }) => [...inlines, ...lists.flatMap((list) => inlinesOfList(list))]);

/** A picture of a message. */
export const pictureFileSchema = chatFileSchema.extend({
  /** For readers who cannot see it; null: nobody wrote one. */
  altText: z.string().nullable(),
  title: z.string().nullable(),
});
export type PictureFile = z.infer<typeof pictureFileSchema>;

/** What somebody wrote, with its formatting, in no platform's markup: what a feed shows. Rules look at MessageContent instead. */
export const writtenSchema = z.object({
  blocks: z.array(blockSchema),
  /** All that are images, in the platform's order. */
  pictures: z.array(pictureFileSchema),
  /** How many other files it has. */
  otherFiles: z.number().int().nonnegative(),
});
export type Written = z.infer<typeof writtenSchema>;

/** A reaction, by the name of its emoji without colons and without skin tone. */
export const reactionSchema = z.object({ emoji: z.string().min(1).max(200), member: z.string().min(1).max(64) });
export type Reaction = z.infer<typeof reactionSchema>;

/** A version of a message. */
export interface WrittenMessage extends MessageRef {
  written: Written;
  /** Its author changed it: the platform says so. */
  isEdited: boolean;
  /** A reply that was sent to the channel too. */
  isBroadcast: boolean;
  /** When this version came to be, by the platform's clock: microseconds since 1970. */
  atUs: number;
  /** The reactions that it has, if the platform told; null: it did not. */
  reactions: readonly Reaction[] | null;
}
