import { z } from 'zod';
import { limits } from './limits.ts';
import { sizeOf } from './size.ts';

const text = (most: number) =>
  z
    .string()
    .min(1, 'is empty')
    .max(most, `is longer than ${String(most)}`);
const plainText = (most: number) => z.object({ type: z.literal('plain_text'), text: text(most), emoji: z.boolean().optional() });
const anyText = (most: number) =>
  z.discriminatedUnion('type', [
    plainText(most),
    z.object({ type: z.literal('mrkdwn'), text: text(most), verbatim: z.boolean().optional() }),
  ]);
const id = text(limits.id);
const slackFile = z.strictObject({ id: z.string().regex(/^F[A-Z0-9]{8,}$/, 'is no file id') });

const option = z.strictObject({
  text: plainText(limits.optionText),
  value: text(limits.optionValue),
  description: plainText(limits.optionText).optional(),
});
const button = z.strictObject({
  type: z.literal('button'),
  action_id: id,
  text: plainText(limits.buttonText),
  value: text(limits.buttonValue).optional(),
  url: text(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: text(limits.buttonText).optional(),
});
const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: id,
  options: z.array(option).min(1, 'is empty').max(limits.overflowOptions),
});
const imageElement = z.strictObject({ type: z.literal('image'), slack_file: slackFile, alt_text: text(limits.altText) });
const select = {
  action_id: id,
  placeholder: plainText(limits.placeholder).optional(),
  focus_on_load: z.boolean().optional(),
};
const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...select,
  min_query_length: z.number().int().min(0).optional(),
  initial_option: option.optional(),
});
const usersSelect = z.strictObject({ type: z.literal('users_select'), ...select, initial_user: z.string().optional() });
const textInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...select,
  initial_value: z.string().max(limits.plainInput).optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().int().min(0).max(limits.plainInput).optional(),
  max_length: z.number().int().min(1).max(limits.plainInput).optional(),
});
const interactive = z.discriminatedUnion('type', [button, overflow, externalSelect, usersSelect]);

const blockId = { block_id: id.optional() };
const block = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('section'),
    ...blockId,
    text: anyText(limits.sectionText),
    accessory: z.discriminatedUnion('type', [button, overflow, imageElement]).optional(),
    expand: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('header'), ...blockId, text: plainText(limits.headerText) }),
  z.strictObject({
    type: z.literal('context'),
    ...blockId,
    elements: z
      .array(z.union([imageElement, anyText(limits.sectionText)]))
      .min(1, 'is empty')
      .max(limits.contextElements),
  }),
  z.strictObject({
    type: z.literal('actions'),
    ...blockId,
    elements: z.array(interactive).min(1, 'is empty').max(limits.actionElements),
  }),
  z.strictObject({
    type: z.literal('image'),
    ...blockId,
    slack_file: slackFile,
    alt_text: text(limits.altText),
    title: plainText(limits.imageTitle).optional(),
  }),
  z.strictObject({ type: z.literal('divider'), ...blockId }),
  z.strictObject({
    type: z.literal('input'),
    ...blockId,
    label: plainText(limits.label),
    hint: plainText(limits.label).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: z.discriminatedUnion('type', [externalSelect, usersSelect, textInput]),
  }),
]);

const view = z
  .strictObject({
    type: z.enum(['modal', 'home']),
    callback_id: id.optional(),
    private_metadata: z.string().max(limits.privateMetadata).optional(),
    external_id: id.optional(),
    title: plainText(limits.modalTitle).optional(),
    submit: plainText(limits.modalTitle).optional(),
    close: plainText(limits.modalTitle).optional(),
    notify_on_close: z.boolean().optional(),
    blocks: z.unknown(),
  })
  .refine(({ type, title }) => type === 'home' || title, 'a modal needs a title')
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= 250_000, 'is larger than 250 kB');

/** What Slack would refuse about the blocks of a message, or of a view with up to `most` of them: a line each. Empty: it takes them. Pure. */
export function faultsOfBlocks(blocks: unknown, most: number = limits.messageBlocks): string[] {
  if (!Array.isArray(blocks)) return ['blocks: is no list'];
  const faults = blocks.flatMap((each, index) => faultsIn(block, each, `blocks[${String(index)}]`));
  if (blocks.length > most) faults.push(`blocks: ${String(blocks.length)}, at most ${String(most)}`);
  if (most === limits.messageBlocks) {
    const sum = sizeOf(blocks);
    if (sum > limits.messageText) faults.push(`blocks: ${String(sum)} characters of text in all, at most ${String(limits.messageText)}`);
    if (blocks.some((each) => Reflect.get(Object(each), 'type') === 'input')) faults.push('blocks: a message takes no input');
  }
  return [...faults, ...repeated(blocks)];
}

/** What Slack would refuse about a modal or a home view: a line each. Empty: it takes it. Pure. */
export function faultsOfView(value: unknown): string[] {
  const blocks: unknown = Reflect.get(Object(value), 'blocks');
  const faults = [...faultsIn(view, value, 'view'), ...faultsOfBlocks(blocks, limits.viewBlocks)];
  const kinds = Array.isArray(blocks) ? blocks.map((each): unknown => Reflect.get(Object(each), 'type')) : [];
  const needsSubmit = Reflect.get(Object(value), 'type') === 'modal' && kinds.includes('input');
  if (needsSubmit && !Reflect.get(Object(value), 'submit')) faults.push('view: a modal with inputs needs submit');
  return faults;
}

function faultsIn(schema: z.ZodType, value: unknown, at: string): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${[at, ...path.map(String)].join('.')}: ${message}`);
}

const named = z.object({
  block_id: z.string().optional(),
  elements: z.array(z.object({ action_id: z.string().optional() })).optional(),
});

/** A block's id is unique in its message, an action's id in its block. */
function repeated(blocks: readonly unknown[]): string[] {
  const parsed = blocks.flatMap((each) => named.safeParse(each).data ?? []);
  const twice = (ids: readonly (string | undefined)[]) => ids.filter((each, index) => each !== undefined && ids.indexOf(each) !== index);
  return [
    ...twice(parsed.map(({ block_id }) => block_id)).map((each) => `block_id ${String(each)}: used twice`),
    ...parsed.flatMap(({ elements }) =>
      twice((elements ?? []).map(({ action_id }) => action_id)).map((each) => `action_id ${String(each)}: used twice in a block`),
    ),
  ];
}
