import {
  commandHelp,
  commandName,
  rulesCommandName,
  rulesHelp,
  typed,
  typedRules,
  type CommandHelp,
} from '@watchpost/shared/chat/command-help';
import type { AnswerTo } from '@watchpost/shared/chat/members';
import type { Envelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import type { InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { IntakeDeps } from '../../platform.ts';
import type { Answer } from '../signed-scope.ts';
import { parseCommand, parseInteraction, type Interaction, type Press, type SlackCommand } from './1-parse.ts';
import { answerTo, commandJob, pressJob, recogniseJob, rulesJob, submissionJob } from './2-to-job.ts';
import type { NamingDialog } from './naming-dialog.ts';

export interface TakeInteractionDeps extends Pick<IntakeDeps, 'sender' | 'log' | 'now'> {
  dialog: NamingDialog;
  /** A line that only this person sees; it is not waited for. */
  tell: (to: AnswerTo, text: string) => void;
}

/** Takes one interaction's JSON. Never rejects because of the queue: whoever clicked gets an answer. */
export type TakeInteraction = (body: unknown, timeLeftMs: () => number) => Promise<Answer>;

/** Takes one command's fields. */
export type TakeCommand = TakeInteraction;

const busy = 'watchpost cannot do that at the moment. Please try again in a minute.';
const tooOld = `This button is too old. Look for a newer post, or use ${commandName}.`;
const noPicture = 'There is no picture in this message.';

const done = (outcome: string): Answer => ({ outcome, body: '' });
const away = { outcome: 'queue-unavailable', status: 503, body: '' } satisfies Answer;

/** Clicks, dialogs, menus and shortcuts. */
export function createTakeInteraction(deps: TakeInteractionDeps): TakeInteraction {
  const { dialog, tell, log, now } = deps;
  const opened = createRecently(now);

  const press = async (pressed: Press, timeLeftMs: () => number): Promise<Answer> => {
    const { target, by, sameness } = pressed;
    const to = answerTo(by);
    if (!target) {
      tell(to, tooOld);
      return done('ignored-old-button');
    }
    if (target.action === 'is') {
      // The dialog opens while Slack already has its answer: its trigger and the answer have the same three seconds.
      if (opened(sameness)) dialog.open(pressed.triggerId, { target, to });
      return done('dialog');
    }
    if (await queued(pressJob(pressed, target), deps, timeLeftMs)) return done('queued');
    tell(to, busy);
    return away;
  };

  const submission = async (submitted: Extract<Interaction, { kind: 'submission' }>, timeLeftMs: () => number): Promise<Answer> => {
    const said = dialog.read(submitted.view);
    if (said === null) return done('ignored-other-view');
    if ('errors' in said) return { outcome: 'dialog-incomplete', body: { response_action: 'errors', errors: said.errors } };
    const { target, to } = said.asked;
    if (await queued(submissionJob(submitted, { target, to, who: said.who }, now()), deps, timeLeftMs)) return done('queued');
    const { errorBlock } = submitted;
    // The dialog stays open, with what was typed.
    return errorBlock === null ? away : { ...away, status: 200, body: { response_action: 'errors', errors: { [errorBlock]: busy } } };
  };

  const recognise = async (asked: Extract<Interaction, { kind: 'recognise' }>, timeLeftMs: () => number): Promise<Answer> => {
    const job = recogniseJob(asked);
    if (job && (await queued(job, deps, timeLeftMs))) return done('queued');
    tell(answerTo(asked.by), job ? busy : noPicture);
    return job ? away : done('ignored-no-images');
  };

  return async (body, timeLeftMs) => {
    const interaction = parseInteraction(body, now());
    if (interaction.kind === 'press') return press(interaction, timeLeftMs);
    if (interaction.kind === 'submission') return submission(interaction, timeLeftMs);
    if (interaction.kind === 'recognise') return recognise(interaction, timeLeftMs);
    if (interaction.kind === 'suggestion') {
      return { outcome: 'suggestion', body: dialog.suggest(interaction.actionId, interaction.typed) };
    }
    log.debug({ reason: interaction.reason }, 'interaction ignored');
    return done(`ignored-${interaction.reason}`);
  };
}

type Command = Extract<SlackCommand, { kind: 'command' }>;

/** What people can type: each command with its list, and how it becomes a job. */
interface CommandSort {
  help: string;
  mostCharacters: number;
  toJob: (command: Command, envelope: Envelope, nowMs: number) => InteractionJob;
}

const listOf = (help: readonly CommandHelp[], asTyped: (command: string) => string): string =>
  help.map(({ usage, does }) => `\`${asTyped(usage)}\`: ${does}`).join('\n');

const faces: CommandSort = {
  help: listOf(commandHelp, typed),
  // What is too long is cut.
  mostCharacters: Infinity,
  toJob: (command, _, nowMs) => commandJob(command, nowMs),
};
const rules: CommandSort = { help: listOf(rulesHelp, typedRules), mostCharacters: 4_000, toJob: rulesJob };

const sorts = new Map([
  [commandName, faces],
  [rulesCommandName, rules],
]);

const unknown = `watchpost knows ${commandName} and ${rulesCommandName}: this command's name in the app's settings is another one.`;
const tooLong = `This is too long: a command may have ${rules.mostCharacters.toLocaleString('en')} characters.`;

/** Commands. `help` is answered at once; the others by the worker, as soon as it can. */
export function createTakeCommand(deps: Pick<TakeInteractionDeps, 'sender' | 'log' | 'now'> & { envelope: Envelope }): TakeCommand {
  const answer = (outcome: string, text: string): Answer => ({ outcome, body: { response_type: 'ephemeral', text } });
  return async (body, timeLeftMs) => {
    const command = parseCommand(body);
    if (command.kind === 'certificate-check') return done('certificate-check');
    if (command.kind === 'malformed') throw new AppError('request-malformed', 'not a command');
    const sort = sorts.get(command.name);
    if (!sort) return answer('command-unknown', unknown);
    if (/^\s*(?:help\b.*)?$/is.test(command.text)) return answer('help', sort.help);
    if (command.text.length > sort.mostCharacters) return answer('command-too-long', tooLong);
    if (await queued(sort.toJob(command, deps.envelope, deps.now()), deps, timeLeftMs)) return done('command');
    // Slack shows the text of no other status.
    return answer('queue-unavailable', busy);
  };
}

/** Whether the queue has the job. */
async function queued(
  job: InteractionJob,
  { sender, log }: Pick<TakeInteractionDeps, 'sender' | 'log'>,
  timeLeftMs: () => number,
): Promise<boolean> {
  try {
    await sender.send(job, { timeoutMs: timeLeftMs() });
    return true;
  } catch (error) {
    log.warn({ err: error, deed: job.deed.do }, 'what somebody asked for could not be queued: they were told');
    return false;
  }
}

/** How long an opened dialog keeps a second click from opening another one, milliseconds. */
const recentlyMs = 3_000;

/** True for the first of equal keys within a few seconds. */
function createRecently(now: () => number): (key: string) => boolean {
  const times = new Map<string, number>();
  return (key) => {
    for (const [old, atMs] of times) if (now() - atMs > recentlyMs) times.delete(old);
    if (times.has(key)) return false;
    times.set(key, now());
    return true;
  };
}
