import { messageContentSchema, type MessageContent } from '@watchpost/shared/chat/message';
import { createEnvelope } from '@watchpost/shared/envelope';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { ingestRig, ingestRigToken, type Rig } from './ingest-rig.ts';
import { sampleRule } from './sample-rule.ts';

/** What a job says, opened with the key that the rig derives from its token. */
export const openMessage = ({ sealed, id }: MessageJob): MessageContent =>
  openJson(createEnvelope([ingestRigToken], 'jobs'), sealed ?? '', id, messageContentSchema);

/** A message event as Slack delivers it; `over` replaces fields of it. */
export const messageEvent = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'event_callback',
  api_app_id: 'A0WATCH',
  event: {
    type: 'message',
    channel: 'C1',
    channel_type: 'channel',
    ts: '1700000000.000100',
    event_ts: '1700000000.000100',
    user: 'U1',
    text: 'the key-1234',
    ...over,
  },
});

/** An edit of that message, in a later event. */
export const editEvent = (after: Record<string, unknown>, before?: Record<string, unknown>): Record<string, unknown> => {
  const version = (of: Record<string, unknown>) => ({ type: 'message', user: 'U1', ts: '1700000000.000100', ...of });
  return messageEvent({
    subtype: 'message_changed',
    hidden: true,
    user: undefined,
    text: undefined,
    ts: '1700000060.000200',
    event_ts: '1700000060.000200',
    message: version(after),
    ...(before && { previous_message: version(before) }),
  });
};

/** An ingest with a rule about all channels. */
export function watchedRig(options: Parameters<typeof ingestRig>[0] = {}): Rig & { messages: () => MessageJob[] } {
  const rig = ingestRig({ rules: () => [sampleRule()], ...options });
  return { ...rig, messages: () => messageJobs(rig) };
}

/** The message jobs that were queued. */
const messageJobs = ({ sent }: Pick<Rig, 'sent'>): MessageJob[] => sent.flatMap(({ job }) => (job.kind === 'message' ? job : []));
