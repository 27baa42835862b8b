import { z } from 'zod';
import { badRequest } from './api-error.ts';
import { type Call, fields, flag } from './call.ts';

/** What the bot answered a click with. */
export interface ClickAnswer {
  text: string | null;
  alert: boolean;
}

/** Clicks that the bot has not answered yet. */
export interface Clicks {
  /** A new click: its id, and what it will be answered with. The answer rejects where none comes in time. */
  open(): { id: string; answered: Promise<ClickAnswer> };
  /** `answerCallbackQuery`. */
  answer(call: Call): true;
  close(): void;
}

const answerSchema = z.looseObject({
  callback_query_id: z.coerce.string(),
  text: z.string().optional(),
  show_alert: flag.optional(),
});

/** Keeps clicks for so long as they may be answered, milliseconds. */
export function createClicks(lifeMs: number): Clicks {
  const open = new Map<string, { answer: (answer: ClickAnswer) => void; timer: NodeJS.Timeout }>();
  let last = 4_380_000_000_000;
  return {
    open: () => {
      last += 1;
      const id = String(last);
      const answered = new Promise<ClickAnswer>((resolve, reject) => {
        const timer = setTimeout(() => {
          open.delete(id);
          reject(new Error(`the bot did not answer the click within ${String(lifeMs)} ms`));
        }, lifeMs);
        timer.unref();
        open.set(id, { answer: resolve, timer });
      });
      // Whoever presses need not wait for the answer.
      answered.catch(() => undefined);
      return { id, answered };
    },
    answer: (call) => {
      const { callback_query_id: id, text, show_alert: alert } = fields(call, answerSchema);
      const click = open.get(id);
      if (!click) throw badRequest('query is too old and response timeout expired or query ID is invalid');
      if ((text ?? '').length > 200) throw badRequest('MESSAGE_TOO_LONG');
      open.delete(id);
      clearTimeout(click.timer);
      click.answer({ text: text === undefined || text === '' ? null : text, alert: alert ?? false });
      return true;
    },
    close: () => {
      for (const { timer } of open.values()) clearTimeout(timer);
      open.clear();
    },
  };
}
