import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { fakeBot, type FakeMessage } from '@watchpost/bench/servers/fake-slack-chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobHandlers } from '@watchpost/shared/jobs/job-queue';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createExtractor } from '@watchpost/extract/create-extractor';
import { createSlackCalls } from '@watchpost/slack/calls';
import { readMessage } from '@watchpost/slack/content/read-message';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackMembers } from '@watchpost/slack/members';
import { createSlackModeration } from '@watchpost/slack/moderation';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { createFileHandler } from '@watchpost/worker/file/pipeline';
import { createMessageHandler } from '@watchpost/worker/message/pipeline';
import { createTellingHandler } from '@watchpost/worker/telling/pipeline';
import { createViolationHandler } from '@watchpost/worker/violation/pipeline';
import { moderatingParts } from './moderating-parts.ts';
import { postsOn } from './posts-rig.ts';
import { silentChat } from './silent-chat.ts';

const log = createLogger('test', 'silent');
/** In pieces, so that nobody takes it for a real one. */
const adminToken = ['xoxp', 'admin', 'token'].join('-');

/** A fake Slack whose admin's token may remove what others wrote. */
export function withAdmin(slack: FakeSlack): void {
  slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['chat:write', 'files:write'] });
  slack.people.users.set('U0ADMIN', { is_admin: true });
}

/** Slack as the worker has it, with short waits. */
export function slackFor(slack: FakeSlack): ConnectedPlatform {
  const token = 'xoxb-test-token';
  const [call, userCall] = [token, adminToken].map((each) => createSlackCalls({ token: each, apiUrl: slack.apiUrl, timeoutMs: 700 }));
  if (!call || !userCall) throw new Error('no calls');
  const posts = postsOn(slack);
  const [channel, adminChannel] = ['slack:C0RESULTS', 'slack:C0ADMIN'] as const;
  const people = { namers: 'everyone', admins: 'everyone' } as const;
  return {
    chat: createSlackPlatform({ call, token, allows: allowHosts([{ origin: slack.url }]), adminChannel }),
    posts,
    members: createSlackMembers({ call, allows: () => false, ...people, channel, adminChannel, log, sendDirect: posts.sendDirect }),
    directory: silentChat.directory,
    reactions: silentChat.reactions,
    moderation: createSlackModeration({ call, userCall, readAgainAfterMs: [1, 5, 20] }),
    prefix: 'slack',
    talk: null,
    writeChannel: channel,
    adminChannel,
  };
}

export interface WatchingWorker {
  parts: ReturnType<typeof moderatingParts>;
  /** Queues the job of a message, as ingest does. */
  queueMessage(message: FakeMessage): Promise<string>;
  close(): Promise<void>;
}

/** A worker that does nothing but what rules want, on a queue and a store of documents of its own. */
export function startWatching(slack: FakeSlack, documents: DocumentStore, queue: StorageConfig): WatchingWorker {
  const sender = createJobSender(queue, { log });
  const extractor = createExtractor({ ocr: false, log });
  const platform = slackFor(slack);
  const parts = moderatingParts(documents, { sender });
  const common = { sender, sendTimeoutMs: 30_000, log, now: Date.now, maxBytes: 1_000_000, platformFor: () => platform };
  const deps = { ...parts, ...common, documents, extractor };
  const nobody = async (): Promise<never> => Promise.reject(new Error('no such job here'));
  const handlers: JobHandlers = {
    ...perKind(() => nobody),
    notice: async () => undefined,
    message: createMessageHandler(deps),
    file: createFileHandler(deps),
    violation: createViolationHandler(deps),
    telling: createTellingHandler(deps),
  };
  const receiver = createJobReceiver(queue, handlers, { concurrency: () => 8, log });
  let serial = 0;
  return {
    parts,
    queueMessage: async (message) => {
      const read = readMessage(shownAs(message), message.channel);
      if (!read) throw new Error('no message');
      const { content, ...ref } = read;
      serial += 1;
      const id = `${message.channel}-${message.ts}-${serial}`;
      const sealed = sealJson(parts.envelope, content, id);
      await sender.send({ ...ref, v: 1, kind: 'message', id, change: 'posted', atMs: ref.postedAtMs, sealed }, { timeoutMs: 30_000 });
      return `message-${id}`;
    },
    close: async () => {
      await receiver.close(AbortSignal.abort());
      await sender.close();
      await extractor.close();
    },
  };
}

/** As Slack's event has it. */
const shownAs = ({ ts, threadTs, text, blocks, files, user, botId, more }: FakeMessage): object => ({
  type: 'message',
  ts,
  ...(threadTs !== null && { thread_ts: threadTs }),
  text,
  blocks,
  files,
  user,
  ...(botId !== null && { bot_id: botId }),
  ...more,
});

/** What a channel shows of our posts: their texts. */
export const postsIn = (slack: FakeSlack, channel: string): string[] =>
  slack.chat.messages
    .filter((each) => each.channel === channel && each.botId === fakeBot.bot_id)
    .map(({ blocks }) => JSON.stringify(blocks));
