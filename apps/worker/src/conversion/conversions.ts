import { createHash } from 'node:crypto';
import { formatSchema } from '@watchpost/convert/formats';
import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import { createAudit, type Audit } from '@watchpost/shared/documents/audit';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict, untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

/** `delivered`: only its card does not say so yet. `over`: nothing is left to do. */
const stateSchema = z.enum(['waiting', 'fetching', 'converting', 'sending', 'delivered', 'over']);

const bodySchema = z.object({
  chat: channelKeySchema,
  /** Whose it is: the platform's own id, and the same as a key. */
  member: z.string(),
  who: channelKeySchema,
  /** Their message that it is about. */
  replyTo: z.string().nullable(),
  /** Our message that shows how far it is. */
  cardId: z.string().nullable(),
  /** What they speak (IETF tag); null: the platform does not say. */
  language: z.string().nullable().default(null),
  format: formatSchema,
  /** A `Wanted`, sealed for the conversion's id; null once it is over. */
  sealed: z.string().nullable(),
  state: stateSchema,
  isCancelled: z.boolean(),
});

/** A link that is to become a file, or was. */
export type Conversion = z.infer<typeof bodySchema> & {
  /** Also of its dialog. 22 characters of base64url. */
  id: string;
  /** When it last went on, milliseconds since 1970. */
  atMs: number;
};

const deliverySchema = z.object({
  outcome: z.enum(['sent', 'linked', 'too-large']),
  name: z.string(),
  bytes: z.number(),
  /** Where it can be loaded, and until when; null: it is in the chat, or nowhere. */
  link: z.object({ url: z.string(), untilMs: z.number() }).nullable(),
  isMailed: z.boolean(),
});
/** How a file was brought to whoever asked. */
export type Delivery = z.infer<typeof deliverySchema>;

/** What somebody wants, as it is sealed. `mailTo`: who gets mail when it is done; null: nobody. `delivery`: once they have it. */
export const wantedSchema = z.object({
  link: z.string().max(2_000),
  mailTo: z.string().max(320).nullable(),
  delivery: deliverySchema.optional(),
});
export type Wanted = z.infer<typeof wantedSchema>;

/** Conversions, on small documents. Methods reject with `gallery-unavailable`. */
export interface Conversions {
  get(id: string, signal: AbortSignal): Promise<Conversion | null>;
  /** `there`: it has been begun before, as a retry finds it. `too-many`: somebody has as many as they may. */
  begin(conversion: Omit<Conversion, 'atMs'>, signal: AbortSignal): Promise<'begun' | 'there' | 'too-many'>;
  /** Changes it, unless it is over. Resolves to it as it is then; null: it is gone. */
  change(
    id: string,
    change: Partial<Pick<Conversion, 'state' | 'cardId' | 'isCancelled' | 'sealed'>>,
    signal: AbortSignal,
  ): Promise<Conversion | null>;
  /** Those that have not gone on since, though they are not over. */
  stuckSince(beforeMs: number, signal: AbortSignal): Promise<Conversion[]>;
}

/** The id of the conversion that a message asks for: each attempt of a job makes the same one. */
export const conversionIdOf = (chat: ChannelKey, messageId: string): string =>
  createHash('sha256').update(`conversion ${chat} ${messageId}`).digest('base64url').slice(0, 22);

const kind = 'conversion';
const keepMs = 2 * 86_400_000;
const mostWaiting = 2;
const activeKey = 'active';

/** Conversions on a store of documents. */
export function createConversions(documents: DocumentStore): Conversions {
  const put = async ({ id, ...body }: Omit<Conversion, 'atMs'>, revision: number, nowMs: number, signal: AbortSignal): Promise<void> => {
    const atMs = Math.floor(nowMs);
    const keys = body.state === 'over' ? [] : [activeKey, `of:${body.who}`];
    await documents.put({ kind, id, revision, atMs, keys, expiresAtMs: atMs + keepMs, body: bodySchema.parse(body) }, signal);
  };
  return {
    get: async (id, signal) => read((await documents.get(kind, id, signal)).document),
    begin: async (conversion, signal) => {
      const { document, nowMs } = await documents.get(kind, conversion.id, signal);
      if (document) return 'there';
      const active = await documents.find({ kind, key: `of:${conversion.who}`, order: 'newest', limit: mostWaiting }, signal);
      if (active.length >= mostWaiting) return 'too-many';
      try {
        await put(conversion, 0, nowMs, signal);
        return 'begun';
      } catch (error) {
        if (isConflict(error)) return 'there';
        throw error;
      }
    },
    change: async (id, change, signal) =>
      untilNoConflict(async () => {
        const { document, nowMs } = await documents.get(kind, id, signal);
        const current = read(document);
        if (!document || !current || current.state === 'over') return current;
        const { atMs: _, ...next } = { ...current, ...change };
        await put(next, document.revision, nowMs, signal);
        return { ...next, atMs: nowMs };
      }, signal),
    stuckSince: async (beforeMs, signal) => {
      const found = await documents.find({ kind, key: activeKey, beforeMs, order: 'oldest', limit: 50 }, signal);
      return found.flatMap((each) => read(each) ?? []);
    },
  };
}

/** What another version wrote in another form counts as gone. */
function read(document: StoredDocument | null): Conversion | null {
  const body = bodySchema.safeParse(document?.body);
  return document && body.success ? { id: document.id, atMs: document.atMs, ...body.data } : null;
}

const auditSchema = z.object({
  atMs: z.number(),
  /** Whom the link came from. */
  by: channelKeySchema,
  /** Only the host: what people listen to is nobody's business. */
  host: z.string(),
  format: formatSchema,
  /** `sent`, `linked`, or the code of what went wrong. */
  outcome: z.string(),
});
export type ConversionAudit = Audit<z.infer<typeof auditSchema>>;

/** Who had what converted. */
export const createConversionAudit = (documents: DocumentStore): ConversionAudit => createAudit(documents, 'conversion-audit', auditSchema);
