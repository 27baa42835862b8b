import { z } from 'zod';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { Polling } from '../updates/polling.ts';
import type { UpdateQueue } from '../updates/queue.ts';
import type { Webhook } from '../updates/webhook.ts';
import { ApiError, badRequest } from './api-error.ts';
import { fields, flag, json, type Method, whole } from './call.ts';

const kindsSchema = json(z.array(z.string())).optional();
const pollSchema = z.looseObject({
  offset: whole.default(0),
  limit: whole.pipe(z.number().min(1).max(100)).catch(100),
  timeout: whole.pipe(z.number().min(0)).catch(0),
  allowed_updates: kindsSchema,
});
const webhookSchema = z.looseObject({
  url: z.string().default(''),
  secret_token: z.string().optional(),
  max_connections: whole.pipe(z.number().min(1).max(100)).catch(40),
  allowed_updates: kindsSchema,
  drop_pending_updates: flag.optional(),
});

const allByDefault = ['message', 'edited_message', 'channel_post', 'edited_channel_post', 'callback_query', 'my_chat_member'];

/** Methods with which a bot gets its updates. */
export function receiving({ queue, polling, webhook }: { queue: UpdateQueue; polling: Polling; webhook: Webhook }): Record<string, Method> {
  return {
    getUpdates: async (call) => {
      if (webhook.target())
        throw new ApiError(
          409,
          "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        );
      const { offset, limit, timeout, allowed_updates: kinds } = fields(call, pollSchema);
      if (kinds) queue.allow(kinds);
      return polling.poll({ offset, limit, timeoutS: Math.min(timeout, 50), signal: call.signal });
    },
    setWebhook: (call) => {
      const {
        url,
        secret_token: secret,
        max_connections: maxConnections,
        allowed_updates: kinds,
        drop_pending_updates: drop,
      } = fields(call, webhookSchema);
      if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret)) throw badRequest('secret token contains unallowed characters');
      if (url !== '' && !/^https?:$/.test(parseUrl(url)?.protocol ?? ''))
        throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
      if (kinds) queue.allow(kinds);
      if (drop) queue.drop();
      polling.close();
      webhook.set(url === '' ? null : { url, secretToken: secret ?? null, maxConnections });
      return true;
    },
    deleteWebhook: (call) => {
      if (fields(call, webhookSchema).drop_pending_updates) queue.drop();
      webhook.set(null);
      return true;
    },
    getWebhookInfo: () => {
      const target = webhook.target();
      const error = webhook.lastError();
      return {
        url: target?.url ?? '',
        has_custom_certificate: false,
        pending_update_count: queue.pending(),
        ...(target && { max_connections: target.maxConnections, ip_address: '127.0.0.1' }),
        ...(error && { last_error_date: error.dateS, last_error_message: error.message }),
        ...(queue.allowed().length > 0 && queue.allowed().length < allByDefault.length && { allowed_updates: queue.allowed() }),
      };
    },
    close: () => true,
    logOut: () => true,
  };
}
