import { z } from 'zod';
import type { SlackCall } from '../calls.ts';
import { slackErrorOf } from '../errors.ts';
import type { View } from './view.ts';

const anything = z.looseObject({});

/** A click's trigger is good for three seconds and one view; Slack's documents spell the errors in both ways. */
const late = new Set([
  'expired_trigger_id',
  'trigger_expired',
  'exchanged_trigger_id',
  'trigger_exchanged',
  'invalid_trigger_id',
  'invalid_trigger',
]);

/** Opens a modal. `late`: the click was too long ago, or has opened one already. Rejects as SlackCall. */
export async function openView(
  call: SlackCall,
  { triggerId, view }: { triggerId: string; view: View },
  signal: AbortSignal,
): Promise<'opened' | 'late'> {
  try {
    await call('views.open', { trigger_id: triggerId, view }, anything, signal);
    return 'opened';
  } catch (error) {
    if (late.has(slackErrorOf(error) ?? '')) return 'late';
    throw error;
  }
}
