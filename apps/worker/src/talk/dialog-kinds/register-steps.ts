import { z } from 'zod';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import { parseAge, parseGender, parseSurname, type Registration } from '@watchpost/talk/registration';
import type { Words } from '@watchpost/talk/words/words';
import { cardMessage, linesOf, promptMessage } from '../messages.ts';
import { actionOf } from './begin-dialog.ts';

/** Which answer it waits for: `check`, whether all is right; `which`, what is to be corrected. */
const steps = ['surname', 'age', 'gender', 'check', 'which'] as const;
export type RegisterStep = (typeof steps)[number];
export const stepSchema = z.enum(steps);

/** What somebody has told so far. */
export const registerDataSchema = z.object({
  surname: z.string().nullable(),
  age: z.number().nullable(),
  gender: z.string().nullable(),
  /** When it was saved before, milliseconds since 1970; null: never. */
  savedAtMs: z.number().nullable(),
  /** The last answer could not be read. */
  isBad: z.boolean(),
  /** The job that brought it to this step. */
  job: z.string(),
  /** Whether that job has said what this step says. */
  isSaid: z.boolean(),
});
export type RegisterData = z.infer<typeof registerDataSchema>;

/** All that was told; null: something is missing. */
export const wholeOf = ({ surname, age, gender }: RegisterData): Registration | null =>
  surname !== null && age !== null && gender !== null ? { surname, age, gender } : null;

/** What is asked for next. */
export function nextStep({ surname, age, gender }: RegisterData): RegisterStep {
  if (surname === null) return 'surname';
  if (age === null) return 'age';
  return gender === null ? 'gender' : 'check';
}

/** What a step says. */
export function messageOf(dialog: Dialog, step: RegisterStep, data: RegisterData, words: Words): TalkMessage {
  const { registration, buttons } = words;
  const button = (label: string, action: string) => ({ label, data: actionOf(dialog, action) });
  switch (step) {
    case 'surname':
      return promptMessage(data.isBad ? registration.badSurname : registration.askSurname, registration.surnamePlaceholder);
    case 'age':
      return promptMessage(data.isBad ? registration.badAge : registration.askAge, registration.agePlaceholder);
    case 'gender': {
      const genders = registration.genders.map((label, index) => [button(label, `gender-${index}`)]);
      return cardMessage(data.isBad ? registration.badGender : registration.askGender, genders);
    }
    case 'check':
      return cardMessage(
        linesOf([...(data.savedAtMs === null ? [] : [registration.stored(data.savedAtMs)]), summaryOf(data, words), registration.check]),
        [[button(buttons.save, 'save'), button(buttons.correct, 'correct'), button(buttons.cancel, 'cancel')]],
      );
    case 'which': {
      const { surname, age, gender } = registration.fields;
      const fields = [button(surname, 'surname'), button(age, 'age'), button(gender, 'gender')];
      return cardMessage(linesOf([summaryOf(data, words), registration.which]), [fields, [button(buttons.back, 'back')]]);
    }
    default: {
      const never: never = step;
      return never;
    }
  }
}

/** What was told, in lines. */
export const summaryOf = (data: RegisterData, { registration }: Words): TalkMessage['text'] =>
  registration.summary(data.surname ?? '', data.age ?? 0, data.gender ?? '');

/** What an answer or a button changes: `data`, `end`, or null: nothing, the button is of a step that is over. */
export type Move = { to: RegisterStep; data: Partial<RegisterData> } | { end: 'save' | 'cancel' } | null;

/** Reads what somebody wrote; null: this step wants one of its buttons. Pure. */
export function moveOfText(step: RegisterStep, text: string, data: RegisterData, words: Words): Move {
  if (step === 'check' || step === 'which') {
    const action = actionOfLabel(step, text, words);
    return action === null ? null : moveOfAction(step, action, data, words);
  }
  const known = words.registration.genders.find((label) => label.toLowerCase() === text.trim().toLowerCase());
  const read = { surname: parseSurname(text), age: parseAge(text), gender: known ?? parseGender(text) }[step];
  if (read === null) return { to: step, data: { isBad: true } };
  const told = { [step]: read, isBad: false };
  return { to: nextStep({ ...data, ...told }), data: told };
}

/** Reads what somebody pressed. Pure. */
export function moveOfAction(step: RegisterStep, action: string, data: RegisterData, { registration }: Words): Move {
  if (step === 'gender') {
    const [, index] = /^gender-(\d)$/u.exec(action) ?? [];
    const gender = index === undefined ? undefined : registration.genders[Number(index)];
    if (gender === undefined) return null;
    return { to: nextStep({ ...data, gender }), data: { gender, isBad: false } };
  }
  if (step === 'check') {
    if (action === 'save' || action === 'cancel') return { end: action };
    return action === 'correct' ? { to: 'which', data: {} } : null;
  }
  if (step !== 'which') return null;
  if (action === 'back') return { to: 'check', data: {} };
  return action === 'surname' || action === 'age' || action === 'gender' ? { to: action, data: { isBad: false } } : null;
}

/** The action of a button that somebody typed instead of pressing it. */
function actionOfLabel(step: 'check' | 'which', text: string, { buttons, registration }: Words): string | null {
  const labels =
    step === 'check'
      ? { save: buttons.save, correct: buttons.correct, cancel: buttons.cancel }
      : { ...registration.fields, back: buttons.back };
  const said = text.trim().toLowerCase();
  const [action] = Object.entries(labels).find(([, label]) => label.toLowerCase() === said) ?? [];
  return action ?? null;
}
