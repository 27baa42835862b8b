import { toAppError } from '@watchpost/shared/errors';
import { queueDeadlineMs } from '../signed-scope.ts';
import type { Connection, Envelope } from './connection.ts';
import type { SocketModeOptions } from './socket-mode.ts';

/** Takes envelopes, and acknowledges each on the connection that it came by. */
export interface Envelopes {
  take: (envelope: Envelope, connection: Connection) => void;
  /** Resolves when all that were taken are answered. */
  idle: () => Promise<void>;
}

/** How many answers are remembered. */
const mostAnswers = 1_000;

type Answer = Record<string, unknown> | null;

/**
 * One envelope may come twice, also by two connections: it is taken once, and its answer is given again. What could not be taken is not
 * acknowledged, and Slack sends it again; what never can be is.
 */
export function createEnvelopes({ take, log }: Pick<SocketModeOptions, 'take' | 'log'>, stopping: AbortSignal): Envelopes {
  const answers = new Map<string, Promise<Answer>>();
  const running = new Set<Promise<unknown>>();

  const answerOf = (id: string, envelope: Envelope): Promise<Answer> => {
    const known = answers.get(id);
    if (known) return known;
    const receivedMs = performance.now();
    const answer = take(envelope, () => Math.max(1, queueDeadlineMs - (performance.now() - receivedMs))).catch((thrown: unknown) => {
      const error = toAppError(thrown);
      const isLost = error.retry === 'permanent';
      log[isLost ? 'error' : 'warn'](
        { err: thrown, type: envelope.type },
        isLost ? 'what Slack sent cannot be taken' : 'Slack will send it again',
      );
      return isLost ? {} : null;
    });
    answers.set(id, answer);
    for (const oldest of answers.keys()) {
      if (answers.size <= mostAnswers) break;
      answers.delete(oldest);
    }
    void answer.then((given) => given === null && answers.delete(id));
    return answer;
  };

  return {
    take: (envelope, connection) => {
      const { envelope_id: id } = envelope;
      // Another process gets what comes while this one stops.
      if (stopping.aborted || id === undefined) return;
      const answering = answerOf(id, envelope).then((payload) => {
        if (payload !== null && !connection.send({ envelope_id: id, payload })) log.debug('the connection was gone before the answer');
      });
      running.add(answering);
      void answering.finally(() => running.delete(answering));
    },
    idle: async () => void (await Promise.allSettled(running)),
  };
}
