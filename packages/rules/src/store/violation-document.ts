import { createHash } from 'node:crypto';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { MessageRef } from '@watchpost/shared/chat/message';
import type { DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { violationSchema, type Violation } from '../violation.ts';
import type { StoredViolation } from '../violations.ts';

/** Of a violation's document. */
export const violationKind = 'violation';

/** The id of the violation of a message: 16 bytes as base64url, so that one message has one. */
export function violationIdOf(channel: ChannelKey, messageId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([channel, messageId]))
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}

/** Who wrote a message, as channel keys: the member, the bot and the app, those that there are. */
export function authorsOf({ channel, author }: Pick<MessageRef, 'channel' | 'author'>): ChannelKey[] {
  const ids = [author.member, author.bot, author.app].filter((id) => id !== null);
  return ids.map((id): ChannelKey => `${platformOf(channel)}:${id}`);
}

export const ruleKeyOf = (ruleId: string): string => `rule:${ruleId}`;
export const ruleInChannelKey = (ruleId: string, channel: ChannelKey): string => `rule:${ruleId} ${channel}`;
export const channelKeyOf = (channel: ChannelKey): string => `channel:${channel}`;
export const authorKeyOf = (author: ChannelKey): string => `author:${author}`;

/** Of a violation of more rules than a document has keys for. */
export const crowdKey = 'rules:many';
/** Two keys each. */
const mostRuleKeys = 40;

/** The last time that something was found. */
export function lastFoundMs({ foundAtMs, findings }: Pick<Violation, 'foundAtMs' | 'findings'>): number {
  return Math.max(foundAtMs, ...findings.map(({ atMs }) => atMs));
}

/** The document of a violation; `keepMs`: how long after something was found last. */
export function toDocument({ violation, revision }: StoredViolation, keepMs: number): DocumentToPut {
  const { id, message, findings } = violation;
  const { channel } = message;
  const rules = [...new Set(findings.map(({ ruleId }) => ruleId))];
  const keys = [
    channelKeyOf(channel),
    ...authorsOf(message).map((author) => authorKeyOf(author)),
    ...rules.slice(0, mostRuleKeys).flatMap((rule) => [ruleKeyOf(rule), ruleInChannelKey(rule, channel)]),
    ...(rules.length > mostRuleKeys ? [crowdKey] : []),
  ];
  const atMs = lastFoundMs(violation);
  return { kind: violationKind, id, revision, atMs, keys, expiresAtMs: atMs + keepMs, body: violation };
}

/** Null: another version of watchpost wrote it. */
export function tryFromDocument({ body, revision }: StoredDocument): StoredViolation | null {
  const violation = violationSchema.safeParse(body).data;
  return violation ? { violation, revision } : null;
}

/** Throws `internal` (transient) for one that another version wrote: its processes can read it. */
export function fromDocument(document: StoredDocument): StoredViolation {
  const stored = tryFromDocument(document);
  if (!stored) throw new AppError('internal', `violation ${document.id} was written by another version of watchpost`);
  return stored;
}
