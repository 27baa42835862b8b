import { z } from 'zod';

/** A text object of Block Kit. */
const textSchema = z.looseObject({ type: z.string(), text: z.string() });
export type BlockText = z.output<typeof textSchema>;

const optionSchema = z.looseObject({ text: textSchema, value: z.string().default(''), description: textSchema.optional() });
export type BlockOption = z.output<typeof optionSchema>;

const confirmSchema = z.looseObject({ title: textSchema, text: textSchema, confirm: textSchema, deny: textSchema });

const slackFileSchema = z.looseObject({ id: z.string().optional(), url: z.string().optional() });

const elementSchema = z.looseObject({
  type: z.string(),
  action_id: z.string().optional(),
  /** A text object of a button, the text itself in a context. */
  text: z.union([textSchema, z.string()]).optional(),
  value: z.string().optional(),
  url: z.string().optional(),
  style: z.string().optional(),
  accessibility_label: z.string().optional(),
  options: z.array(optionSchema).optional(),
  option_groups: z.array(z.looseObject({ label: textSchema, options: z.array(optionSchema) })).optional(),
  confirm: confirmSchema.optional(),
  placeholder: textSchema.optional(),
  initial_option: optionSchema.optional(),
  initial_options: z.array(optionSchema).optional(),
  initial_value: z.string().optional(),
  initial_user: z.string().optional(),
  initial_date: z.string().optional(),
  initial_time: z.string().optional(),
  min_query_length: z.number().optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().optional(),
  max_length: z.number().optional(),
  focus_on_load: z.boolean().optional(),
  slack_file: slackFileSchema.optional(),
  image_url: z.string().optional(),
  alt_text: z.string().optional(),
});
export type BlockElement = z.output<typeof elementSchema>;

const blockSchema = z.looseObject({
  type: z.string(),
  block_id: z.string().optional(),
  text: textSchema.optional(),
  fields: z.array(textSchema).optional(),
  accessory: elementSchema.optional(),
  elements: z.array(elementSchema).optional(),
  element: elementSchema.optional(),
  label: textSchema.optional(),
  hint: textSchema.optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  title: textSchema.optional(),
  slack_file: slackFileSchema.optional(),
  image_url: z.string().optional(),
  alt_text: z.string().optional(),
});

/** A block whose elements can be named: Slack gives ids to those that have none. */
export type Block = z.output<typeof blockSchema> & { block_id: string };

/** Reads blocks; what is no block is left out. Blocks and elements without an id get one from their place. */
export function readBlocks(blocks: unknown): Block[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.flatMap((value: unknown, index) => {
    const read = blockSchema.safeParse(value);
    if (!read.success) return [];
    const block = read.data;
    const named = (element: BlockElement, place: number): BlockElement => ({
      ...element,
      action_id: element.action_id ?? `a${String(place)}`,
    });
    return [
      {
        ...block,
        block_id: block.block_id ?? `b${String(index)}`,
        ...(block.accessory && { accessory: named(block.accessory, 0) }),
        ...(block.element && { element: named(block.element, 0) }),
        ...(block.elements && { elements: block.elements.map(named) }),
      },
    ];
  });
}

/** All elements of a block that can be used. */
export const elementsOf = ({ accessory, element, elements = [] }: Block): BlockElement[] => [
  ...(accessory ? [accessory] : []),
  ...(element ? [element] : []),
  ...elements,
];

/** The element with these ids; undefined: the message or view has changed meanwhile. */
export function findElement(blocks: readonly Block[], blockId: string, actionId: string): BlockElement | undefined {
  const block = blocks.find(({ block_id }) => block_id === blockId);
  return block && elementsOf(block).find(({ action_id }) => action_id === actionId);
}

/** All options of a menu. */
export const optionsOf = ({ options = [], option_groups = [] }: BlockElement): BlockOption[] => [
  ...options,
  ...option_groups.flatMap((group) => group.options),
];
