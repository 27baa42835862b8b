import { toAppError } from '@watchpost/shared/errors';
import type { EmulatedTelegram, TelegramMessage, TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';

/**
 * For one step, also where the process that was just doing it is killed: its job is found after a minute at most, and a chat waits for a
 * job that never comes for a minute and a half. Milliseconds.
 */
const patienceMs = 180_000;
/** So often somebody presses a button that gives no answer. */
const mostPresses = 5;
/** One person in so many also sends a photo meanwhile. */
const photographers = 5;

/** What became of everybody's dialogs. */
export interface Ended {
  dialogs: number;
  /** Those that did not end as their person expected, each with why. */
  lost: string[];
}

/** As many people as `count` register at the same time, some of them with a photo in between; each then looks whether it is theirs. */
export async function holdDialogs(telegram: EmulatedTelegram, count: number, photo: Uint8Array): Promise<Ended> {
  const people = Array.from({ length: count }, (_, index) => telegram.person(`Guest ${String(index)}`));
  const ends = await Promise.all(
    people.map(async (person, index) => {
      const isPhotographer = index % photographers === 0;
      try {
        await Promise.all([register(telegram, person, index), isPhotographer && askWho(telegram, person, photo)]);
        return [];
      } catch (error) {
        return [`${person.name}: ${toAppError(error).message}`];
      }
    }),
  );
  return { dialogs: count, lost: ends.flat() };
}

async function register(telegram: EmulatedTelegram, person: TelegramPerson, index: number): Promise<void> {
  const surname = `Tester${String.fromCodePoint(97 + (index % 26))}${String(index)}x`;
  const age = 20 + (index % 70);
  const next = listener(telegram, person);
  person.write('/register');
  await next(/surname/i);
  await answer({ telegram, person, next }, /surname/i, surname, /how old/i);
  const gender = await answer({ telegram, person, next }, /how old/i, String(age), /gender/i);
  await press(person, gender, /rather not/i);
  const summary = await next(/is this right/i);
  if (!summary.text.includes(surname) || !summary.text.includes(String(age))) throw new Error(`somebody else's answers: ${summary.text}`);
  await press(person, summary, /save/i);
  await next(/saved/i);
  person.write('/register show');
  const shown = await next(/surname:/i);
  if (!shown.text.includes(surname) || !shown.text.includes(String(age))) throw new Error(`somebody else's registration: ${shown.text}`);
}

/** A worker that is killed may have asked twice; whoever answered the lost question is told so, and answers the other one. */
const misses = /reply to my question/i;

interface Conversing {
  telegram: EmulatedTelegram;
  person: TelegramPerson;
  next: (words: RegExp) => Promise<TelegramMessage>;
}

/** Answers a question that is there. Resolves to what comes then. */
async function answer({ telegram, person, next }: Conversing, question: RegExp, text: string, then: RegExp): Promise<TelegramMessage> {
  for (;;) {
    const asked = telegram.messages(person.id).findLast((message) => message.from === telegram.botId && question.test(message.text));
    person.write(text, asked ? { replyTo: asked.messageId } : {});
    const said = await next(new RegExp(`${then.source}|${misses.source}`, 'i'));
    if (!misses.test(said.text)) return said;
  }
}

async function askWho(telegram: EmulatedTelegram, person: TelegramPerson, photo: Uint8Array): Promise<void> {
  const sent = person.sendPhoto(photo);
  const isOurs = ({ from, messageId }: TelegramMessage): boolean => from === telegram.botId && messageId > sent;
  const card = await telegram.until(
    person.id,
    (message) => isOurs(message) && message.buttons.flat().some(({ text }) => /who/i.test(text)),
    patienceMs,
  );
  await press(person, card, /who/i);
  await telegram.until(person.id, (message) => isOurs(message) && message.file !== null, patienceMs);
}

/** The next message of ours that says this, or an edit that makes one say it, not one that was waited for before. */
function listener(telegram: EmulatedTelegram, person: TelegramPerson): (words: RegExp) => Promise<TelegramMessage> {
  const seen = new Set<string>();
  return async (words) => {
    const found = await telegram.until(
      person.id,
      ({ from, text, messageId, edits }) =>
        from === telegram.botId && words.test(text) && !seen.has(`${String(messageId)} ${String(edits)}`),
      patienceMs,
    );
    seen.add(`${String(found.messageId)} ${String(found.edits)}`);
    return found;
  };
}

/** Whoever gets no answer to a press presses again, as people do. */
async function press(person: TelegramPerson, { messageId }: TelegramMessage, label: RegExp): Promise<void> {
  for (let tries = 1; tries <= mostPresses; tries += 1) {
    try {
      await person.press(messageId, label);
      return;
    } catch {
      // Nobody answered, or the button is gone, because an answer was lost: what comes next tells.
    }
  }
}
