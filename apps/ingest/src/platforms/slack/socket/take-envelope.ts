import type { IngestMetrics } from '../../../metrics.ts';
import type { TakeCommand, TakeInteraction } from '../interactions/take.ts';
import type { Answer } from '../signed-scope.ts';
import type { TakeEvent } from '../take-event.ts';
import type { Envelope } from './connection.ts';

export interface TakeEnvelopeDeps {
  takeEvent: TakeEvent;
  takeInteraction: TakeInteraction;
  takeCommand: TakeCommand;
  countRedelivery: (reason: string) => void;
  ingestMetrics: Pick<IngestMetrics, 'request' | 'interaction'>;
}

/** Gives what comes by the socket to the same handlers as what comes over HTTP. */
export function createTakeEnvelope({ takeEvent, takeInteraction, takeCommand, countRedelivery, ingestMetrics }: TakeEnvelopeDeps) {
  const observed = async (observe: IngestMetrics['request'], taking: Promise<Answer>): Promise<Answer> => {
    const startMs = performance.now();
    const elapsedMs = (): number => performance.now() - startMs;
    try {
      const answer = await taking;
      observe(answer.outcome, elapsedMs());
      return answer;
    } catch (error) {
      observe('failed', elapsedMs());
      throw error;
    }
  };
  const event = async (body: unknown, timeLeftMs: () => number): Promise<Answer> =>
    observed(ingestMetrics.request, takeEvent.delivery(body, timeLeftMs));

  const takers: Record<string, (envelope: Envelope, timeLeftMs: () => number) => Promise<Answer>> = {
    events_api: async ({ payload, retry_attempt: attempt, retry_reason: reason }, timeLeftMs) => {
      if (attempt !== undefined && attempt > 0) countRedelivery(reason ?? 'unknown_error');
      return event(payload, timeLeftMs);
    },
    interactive: async ({ payload }, timeLeftMs) => observed(ingestMetrics.interaction, takeInteraction(payload, timeLeftMs)),
    slash_commands: async ({ payload }, timeLeftMs) => observed(ingestMetrics.interaction, takeCommand(payload, timeLeftMs)),
  };

  /** As SocketModeOptions.take. An envelope of a type of its own is read as an event: `app_rate_limited` comes like that. */
  return async (envelope: Envelope, timeLeftMs: () => number): Promise<Record<string, unknown> | null> => {
    const take = Object.hasOwn(takers, envelope.type) ? takers[envelope.type] : undefined;
    const answer = await (take ? take(envelope, timeLeftMs) : event(envelope.payload ?? envelope, timeLeftMs));
    if ((answer.status ?? 200) >= 400) return null;
    return typeof answer.body === 'string' ? {} : answer.body;
  };
}
