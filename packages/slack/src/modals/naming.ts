import { z } from 'zod';
import { answerToSchema, type AnswerTo } from '@watchpost/shared/chat/members';
import { encodeTarget, isViolationTarget, parseTarget, type ActionTarget } from '@watchpost/shared/chat/post';
import { cleanText, isVisible } from '@watchpost/shared/text';
import { fitMrkdwn } from '../blocks/fit.ts';
import { limits } from '../blocks/limits.ts';
import { plain, type View } from './view.ts';

/** The `callback_id` of the modal in which somebody says who a face is. */
export const namingCallback = 'watchpost:naming';

/** Where the modal's fields are. A type-ahead's request has the person field's `action`. */
const fields = {
  person: { block: 'watchpost:person', action: 'watchpost:person' },
  member: { block: 'watchpost:member', action: 'watchpost:member' },
  name: { block: 'watchpost:name', action: 'watchpost:name' },
} as const;
export const personField = fields.person;

/** As people are named everywhere. */
const nameLimit = { characters: 80, units: 400 };

/** What the modal is about; it comes back with the answer. */
export interface NamingAsked {
  target: ActionTarget;
  /** Who asked, and where the answer goes. */
  to: AnswerTo;
}

const askedSchema = z.object({ target: z.string(), to: answerToSchema });

/** A person that can be chosen. */
export interface Choice {
  id: string;
  name: string;
}

/**
 * The modal in which somebody says who a face is: a person that is known, a member of the workspace, or a new name. `question`: "Who is
 * 2?".
 */
export function namingView({ asked, question }: { asked: NamingAsked; question: string }): View {
  return {
    type: 'modal',
    callback_id: namingCallback,
    private_metadata: metadataOf(asked),
    title: plain('This is…', limits.modalTitle),
    submit: plain('Save', limits.modalTitle),
    close: plain('Cancel', limits.modalTitle),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: fitMrkdwn([{ text: question || 'Who is this?' }], limits.sectionText) } },
      input(fields.person, 'Somebody known', {
        type: 'external_select',
        placeholder: plain('Type a name', limits.placeholder),
        min_query_length: 0,
      }),
      input(fields.member, 'A member of this workspace', {
        type: 'users_select',
        placeholder: plain('Choose a member', limits.placeholder),
      }),
      input(fields.name, 'Or a new name', { type: 'plain_text_input', max_length: nameLimit.characters }),
    ],
  };
}

const input = (
  { block, action }: { block: string; action: string },
  label: string,
  element: Record<string, unknown> & { type: string },
) => ({
  type: 'input',
  block_id: block,
  optional: true,
  label: plain(label, limits.label),
  element: { ...element, action_id: action },
});

/** An address that does not fit is left out: the answer finds another way. */
function metadataOf({ target, to }: NamingAsked): string {
  const encoded = JSON.stringify({ target: encodeTarget(target), to });
  return encoded.length <= limits.privateMetadata ? encoded : JSON.stringify({ target: encodeTarget(target), to: { ...to, url: null } });
}

/** The choices of a type-ahead, at most a hundred. Their values are ids, which no name can be mistaken for. */
export function optionsFor(people: readonly Choice[]): { options: { text: ReturnType<typeof plain>; value: string }[] } {
  const usable = people.filter(({ id }) => id.length > 0 && id.length <= limits.optionValue);
  return { options: usable.slice(0, limits.selectOptions).map(({ id, name }) => ({ text: plain(name, limits.optionText), value: id })) };
}

/** Who it is, as somebody said in the modal. */
export type Who = { person: string } | { member: string } | { name: string };

const valueSchema = z
  .looseObject({
    selected_option: z.looseObject({ value: z.string() }).nullish(),
    selected_user: z.string().nullish(),
    value: z.string().nullish(),
  })
  .optional();
const field = (action: string) => z.looseObject({ [action]: valueSchema }).optional();
const submissionSchema = z.looseObject({
  callback_id: z.literal(namingCallback),
  private_metadata: z.string().max(limits.privateMetadata),
  state: z.looseObject({
    values: z.looseObject({
      [fields.person.block]: field(fields.person.action),
      [fields.member.block]: field(fields.member.action),
      [fields.name.block]: field(fields.name.action),
    }),
  }),
});

/** The view of a `view_submission`: who it is, or what to say at which field. Null: it is not this modal, or not as we made it. */
export function parseNamingSubmission(view: unknown): { asked: NamingAsked; who: Who } | { errors: Record<string, string> } | null {
  const { data } = submissionSchema.safeParse(view);
  const asked = data ? parseAsked(data.private_metadata) : null;
  if (!data || !asked) return null;
  const { person, member, typed } = answersIn(data.state.values);
  const name = cleanText(typed, nameLimit);
  // White space alone is no answer, but something that nobody sees is one that must be refused.
  if (typed.trim() !== '' && !isVisible(name)) return { errors: { [fields.name.block]: 'This name cannot be seen. Type another one.' } };
  const answers: { block: string; who: Who }[] = [
    ...(person ? [{ block: fields.person.block, who: { person } }] : []),
    ...(member ? [{ block: fields.member.block, who: { member } }] : []),
    ...(isVisible(name) ? [{ block: fields.name.block, who: { name } }] : []),
  ];
  const [only, second] = answers;
  if (!only) return { errors: { [fields.person.block]: 'Choose somebody here, or fill in one of the fields below.' } };
  if (second) return { errors: { [second.block]: 'Fill in only one of the three fields.' } };
  return { asked, who: only.who };
}

/** What each field holds; Slack leaves out what nobody touched. */
function answersIn(values: z.infer<typeof submissionSchema>['state']['values']): { person: string; member: string; typed: string } {
  const { person, member, name } = fields;
  return {
    person: values[person.block]?.[person.action]?.selected_option?.value ?? '',
    member: values[member.block]?.[member.action]?.selected_user ?? '',
    typed: values[name.block]?.[name.action]?.value ?? '',
  };
}

function parseAsked(metadata: string): NamingAsked | null {
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch {
    return null;
  }
  const { data } = askedSchema.safeParse(value);
  const target = data && parseTarget(data.target);
  return data && target && !isViolationTarget(target) ? { ...data, target } : null;
}
