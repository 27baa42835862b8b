import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { retry } from '@watchpost/shared/retry';
import { channelId, type ChannelKey, type ChatFile, type ChatPlatform } from '@watchpost/shared/chat/chat';
import type { AllowsUrl } from './file-hosts.ts';
import type { SlackCall } from './calls.ts';
import { checkSlack, explainForbidden } from './check.ts';
import { downloadFromSlack } from './download.ts';
import { isStub, slackFileSchema, toChatFile, whyNoFile } from './file.ts';
import { slackUrl } from './slack-url.ts';

const fileInfo = z.looseObject({ file: slackFileSchema });
const permalinkResponse = z.looseObject({ permalink: slackUrl });

export interface SlackPlatformOptions {
  call: SlackCall;
  token: string;
  /** See allowHosts. */
  allows: AllowsUrl;
  /** Where violations of rules are reported; null: none is configured. */
  adminChannel?: ChannelKey | null;
  downloadTimeoutMs?: number;
}

/** How long to go on asking for the link to a message. */
const linking = { forMs: 5_000, backoff: { firstMs: 250, maxMs: 2_000 } };

/** Slack as a ChatPlatform. */
export function createSlackPlatform({
  call,
  token,
  allows,
  adminChannel = null,
  downloadTimeoutMs = 60_000,
}: SlackPlatformOptions): ChatPlatform {
  /** Asks Slack for what the event left out. */
  const complete = async (file: ChatFile, signal: AbortSignal): Promise<ChatFile> => {
    const { file: full } = await call('files.info', { file: file.id }, fileInfo, signal);
    const gone = whyNoFile(full);
    if (gone) throw gone;
    if (isStub(full)) throw new AppError('file-not-ready', 'Slack Connect does not have the file yet');
    return toChatFile(full);
  };

  const download: ChatPlatform['download'] = async (file, { maxBytes, source }, signal) => {
    const wanted = (known: ChatFile) => (source === 'original' ? known.url : known.thumbnailUrl);
    const full = wanted(file) === null ? await complete(file, signal) : file;
    const url = wanted(full);
    if (url === null)
      throw new AppError('file-not-ready', source === 'original' ? 'Slack has no address for the file yet' : 'Slack has no thumbnail yet');
    if (source === 'original' && (full.sizeBytes ?? 0) > maxBytes)
      throw new AppError('file-too-large', `${full.sizeBytes} bytes, at most ${maxBytes}`);
    const expectedBytes = source === 'original' ? full.sizeBytes : null;
    return downloadFromSlack(url, { token, allows, maxBytes, timeoutMs: downloadTimeoutMs, expectedBytes }, signal);
  };

  return {
    check: (use, signal) => checkSlack(call, use, adminChannel, signal),

    download: (...args) => explainForbidden(download(...args), () => checkSlack(call, { read: true }, adminChannel, args[2])),

    permalink: async (channel, messageId, signal) => {
      const deadlineMs = performance.now() + linking.forMs;
      const retryIf = (error: unknown) =>
        error instanceof AppError && error.retry === 'transient' && performance.now() + (error.retryAfterMs ?? 0) < deadlineMs;
      try {
        const args = { channel: channelId(channel), message_ts: messageId };
        const ask = () => call('chat.getPermalink', args, permalinkResponse, signal);
        return (await retry(ask, { backoff: linking.backoff, retryIf, onRetry: () => undefined }, signal)).permalink;
      } catch (error) {
        // Whatever Slack says about the message or its channel, or if it says nothing: a post without a link is better than none.
        if (!signal.aborted && error instanceof AppError && error.code !== 'chat-not-authorised') return null;
        throw error;
      }
    },
  };
}
