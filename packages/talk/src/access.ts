import { createHash, randomBytes } from 'node:crypto';
import type { ChatAccess, Role } from '@watchpost/shared/chat/access';
import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import { createAudit, type Audit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const roleSchema = z.enum(['admin', 'member']);

const admittedSchema = z.object({
  role: roleSchema,
  /** Who let them in; null: a code that the worker printed. */
  by: channelKeySchema.nullable(),
  sinceMs: z.number(),
});

/** Somebody, or a group, who was let in. */
export interface Admitted extends z.infer<typeof admittedSchema> {
  who: ChannelKey;
}

const accessChangeSchema = z.object({
  did: z.enum(['admitted', 'removed', 'invited', 'moved']),
  /** Null: nobody yet. */
  who: channelKeySchema.nullable(),
  role: roleSchema.nullable(),
  by: channelKeySchema.nullable(),
  atMs: z.number(),
});
/** An entry of the audit of access. */
export type AccessChange = z.infer<typeof accessChangeSchema>;

const codeSchema = z.object({
  role: roleSchema,
  by: channelKeySchema.nullable(),
  untilMs: z.number(),
  /** Who used it; a code is good once. */
  usedBy: channelKeySchema.nullable(),
});

/** What using a code came to. `unknown`: there is no such code; `old`: it has run out; `used`: somebody else was faster. */
export type CodeUse = { outcome: 'let-in'; role: Role } | { outcome: 'unknown' | 'old' | 'used' };

/** How long a code is good, milliseconds. */
export const codeKeepMs = 15 * 60_000;
const dayMs = 86_400_000;
const pageSize = 200;

/** Who was let in, with what changes it. Methods reject with `gallery-unavailable`. */
export interface Access extends ChatAccess {
  /** Lets somebody in, or changes what they may do. Resolves to false if nothing was to be changed. */
  admit(who: ChannelKey, role: Role, by: ChannelKey | null, signal: AbortSignal): Promise<boolean>;
  /** Resolves to false if they were not let in. Codes that they used or gave away are no longer good. */
  remove(who: ChannelKey, by: ChannelKey, signal: AbortSignal): Promise<boolean>;
  /** Those of a platform, newest first. */
  list(platform: string, signal: AbortSignal): Promise<Admitted[]>;
  /** Everybody who was let in as an admin, on any platform. */
  admins(signal: AbortSignal): Promise<ChannelKey[]>;
  hasAdmin(platform: string, signal: AbortSignal): Promise<boolean>;
  /** A new code for one person, good for `codeKeepMs`. Only its hash is stored. */
  invite(platform: string, role: Role, by: ChannelKey | null, signal: AbortSignal): Promise<{ code: string; untilMs: number }>;
  /** Lets in whoever has this code. The same person may say it twice. */
  redeem(code: string, who: ChannelKey, signal: AbortSignal): Promise<CodeUse>;
  /** Whether a stranger is to be told today that they are one, or that their code is none: each once a day. Nothing is stored but a hash, for that day. */
  mayRefuse(chat: ChannelKey, why: 'stranger' | 'code', signal: AbortSignal): Promise<boolean>;
  /** A chat has another id now. */
  moved(from: ChannelKey, to: ChannelKey, signal: AbortSignal): Promise<void>;
  readonly audit: Pick<Audit<AccessChange>, 'list'>;
}

const kinds = { access: 'talk-access', code: 'talk-code', stranger: 'talk-stranger', audit: 'talk-access-audit' } as const;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const platformKey = (who: string): string => `platform:${who.slice(0, who.indexOf(':'))}`;

/** Who was let in, on small documents. Each change leaves an entry in an audit. */
export function createAccess(documents: DocumentStore): Access {
  const audit = createAudit(documents, kinds.audit, accessChangeSchema);

  const roleOf: Access['roleOf'] = async (who, signal) =>
    admittedSchema.safeParse((await documents.get(kinds.access, who, signal)).document?.body).data?.role ?? null;

  const admitted: Access['admit'] = async (who, role, by, signal) => {
    const changed = await untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(kinds.access, who, signal);
      const known = admittedSchema.safeParse(document?.body).data;
      if (known?.role === role) return false;
      const body = { role, by, sinceMs: nowMs };
      const keys = [platformKey(who), `${platformKey(who)}:${role}`, `role:${role}`];
      await documents.put(
        { kind: kinds.access, id: who, revision: document?.revision ?? 0, atMs: nowMs, keys, expiresAtMs: null, body },
        signal,
      );
      return true;
    }, signal);
    if (changed) await audit.record({ did: 'admitted', who, role, by }, signal);
    return changed;
  };

  const hasAdmin: Access['hasAdmin'] = async (platform, signal) =>
    (await documents.find({ kind: kinds.access, key: `platform:${platform}:admin`, order: 'newest', limit: 1 }, signal)).length > 0;

  const take = async (who: ChannelKey, signal: AbortSignal): Promise<Role | null> =>
    untilNoConflict(async () => {
      const { document } = await documents.get(kinds.access, who, signal);
      if (!document) return null;
      await documents.remove(kinds.access, who, document.revision, signal);
      return admittedSchema.safeParse(document.body).data?.role ?? 'member';
    }, signal);

  return {
    ...codesOf(documents, audit, { admit: admitted, roleOf, hasAdmin }),
    roleOf,
    hasAdmin,
    admit: async (who, role, by, signal) => {
      // An admin's word is newer than the code that let them in, and than those that they gave away.
      if (role !== 'admin') await forgetCodes(documents, who, signal);
      return admitted(who, role, by, signal);
    },
    remove: async (who, by, signal) => {
      // First: after a kill in between nobody gets in again by what they have left.
      await forgetCodes(documents, who, signal);
      const role = await take(who, signal);
      if (role) await audit.record({ did: 'removed', who, role, by }, signal);
      return role !== null;
    },
    list: async (platform, signal) => {
      const found: Admitted[] = [];
      for await (const { id, body } of eachDocument(documents, { kind: kinds.access, key: `platform:${platform}` }, pageSize, signal)) {
        const who = channelKeySchema.safeParse(id);
        const known = admittedSchema.safeParse(body);
        if (who.success && known.success) found.push({ who: who.data, ...known.data });
      }
      return found;
    },
    admins: async (signal) => {
      const found: ChannelKey[] = [];
      for await (const { id } of eachDocument(documents, { kind: kinds.access, key: 'role:admin' }, pageSize, signal))
        found.push(channelKeySchema.parse(id));
      return found;
    },
    mayRefuse: async (chat, why, signal) => mayRefuse(documents, `${why} ${chat}`, signal),
    moved: async (from, to, signal) => {
      const { document } = await documents.get(kinds.access, from, signal);
      const role = admittedSchema.safeParse(document?.body).data?.role;
      if (!role) return;
      // Let in first: a kill in between leaves one too many, and the next attempt takes it away.
      await admitted(to, role, from, signal);
      await take(from, signal);
      await audit.record({ did: 'moved', who: to, role, by: from }, signal);
    },
    audit,
  };
}

function codesOf(
  documents: DocumentStore,
  audit: Audit<AccessChange>,
  { admit, roleOf, hasAdmin }: Pick<Access, 'admit' | 'roleOf' | 'hasAdmin'>,
): Pick<Access, 'invite' | 'redeem'> {
  return {
    invite: async (platform, role, by, signal) => {
      const code = randomBytes(16).toString('base64url');
      const id = hashOf(`${platform}:${code}`);
      const { nowMs } = await documents.get(kinds.code, id, signal);
      const untilMs = nowMs + codeKeepMs;
      const body: z.infer<typeof codeSchema> = { role, by, untilMs, usedBy: null };
      // Kept a little longer, so that whoever comes late reads why.
      await documents.put(
        { kind: kinds.code, id, revision: 0, atMs: nowMs, keys: codeKeys(body), expiresAtMs: untilMs + dayMs, body },
        signal,
      );
      await audit.record({ did: 'invited', who: null, role, by }, signal);
      return { code, untilMs };
    },
    redeem: async (code, who, signal) => {
      const id = hashOf(`${who.slice(0, who.indexOf(':'))}:${code}`);
      const use = await untilNoConflict(async (): Promise<CodeUse & { by?: ChannelKey | null }> => {
        const { document, nowMs } = await documents.get(kinds.code, id, signal);
        const known = codeSchema.safeParse(document?.body).data;
        if (!document || !known) return { outcome: 'unknown' };
        const { role, by, usedBy } = known;
        if (usedBy !== null && usedBy !== who) return { outcome: 'used' };
        if (usedBy === null) {
          if (known.untilMs <= nowMs) return { outcome: 'old' };
          // Printed before there was an admin: somebody else has become it by another link.
          if (by === null && role === 'admin' && (await hasAdmin(who.slice(0, who.indexOf(':')), signal))) return { outcome: 'used' };
          const body = { ...known, usedBy: who };
          await documents.put({ ...document, keys: codeKeys(body), body }, signal);
        }
        return { outcome: 'let-in', role, by };
      }, signal);
      if (use.outcome !== 'let-in') return use;
      // An admin who opens a member's link stays one.
      const role = (await roleOf(who, signal)) === 'admin' ? 'admin' : use.role;
      await admit(who, role, use.by ?? null, signal);
      return { outcome: 'let-in', role };
    },
  };
}

const codeKeys = ({ by, usedBy }: z.infer<typeof codeSchema>): string[] =>
  [...new Set([by, usedBy])].flatMap((who) => (who === null ? [] : [`of:${who}`]));

/** The codes that somebody used or gave away let nobody in any more: else whoever was put out comes back by one of them. */
async function forgetCodes(documents: DocumentStore, who: ChannelKey, signal: AbortSignal): Promise<void> {
  for await (const { id } of eachDocument(documents, { kind: kinds.code, key: `of:${who}` }, pageSize, signal))
    await removeDocument(documents, kinds.code, id, signal);
}

async function mayRefuse(documents: DocumentStore, of: string, signal: AbortSignal): Promise<boolean> {
  const id = hashOf(of);
  return untilNoConflict(async () => {
    const { document, nowMs } = await documents.get(kinds.stranger, id, signal);
    if (document && document.atMs > nowMs - dayMs) return false;
    const fresh = { kind: kinds.stranger, id, revision: document?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + dayMs };
    await documents.put({ ...fresh, body: {} }, signal);
    return true;
  }, signal);
}
