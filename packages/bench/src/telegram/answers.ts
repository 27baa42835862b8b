import type { EmulatedTelegram, TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';

/** Times of answers to one person, milliseconds. */
export interface AnswerTimes {
  textMs: number[];
  photoMs: number[];
}

const patienceMs = 30_000;

/** Somebody writes and waits for the answer, again and again; then sends photos and asks who is in them. One thing at a time. */
export async function timeAnswers(
  telegram: EmulatedTelegram,
  person: TelegramPerson,
  { texts, photos }: { texts: number; photos: readonly Uint8Array[] },
): Promise<AnswerTimes> {
  const times: AnswerTimes = { textMs: [], photoMs: [] };
  for (let index = 0; index < texts; index += 1) times.textMs.push(await timeText(telegram, person, `hello ${String(index)}`));
  for (const photo of photos) times.photoMs.push(await timePhoto(telegram, person, photo));
  return times;
}

/** From a text to its answer. */
async function timeText(telegram: EmulatedTelegram, person: TelegramPerson, text: string): Promise<number> {
  const last = lastOf(telegram, person);
  const beforeMs = performance.now();
  person.write(text);
  await telegram.until(person.id, ({ messageId, from }) => messageId > last && from === telegram.botId, patienceMs);
  return performance.now() - beforeMs;
}

/** From a photo to its card, and from pressing "Who is it?" to the picture with names. The time between the two is the person's. */
async function timePhoto(telegram: EmulatedTelegram, person: TelegramPerson, photo: Uint8Array): Promise<number> {
  const last = lastOf(telegram, person);
  const beforeMs = performance.now();
  person.sendPhoto(photo);
  const isOurs = ({ messageId, from }: { messageId: number; from: number | null }): boolean => messageId > last && from === telegram.botId;
  const card = await telegram.until(person.id, (message) => isOurs(message) && message.buttons.length > 0, patienceMs);
  const cardMs = performance.now() - beforeMs;
  const pressedMs = performance.now();
  await person.press(card.messageId, /who/i);
  await telegram.until(person.id, (message) => isOurs(message) && message.file !== null, patienceMs);
  return cardMs + performance.now() - pressedMs;
}

const lastOf = (telegram: EmulatedTelegram, { id }: TelegramPerson): number => telegram.messages(id).at(-1)?.messageId ?? 0;
