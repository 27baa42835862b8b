import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Access } from '@watchpost/talk/access';
import { wordsFor, type Language } from '@watchpost/talk/words/words';
import { takeLease, type Lease } from '@watchpost/shared/documents/lease';
import { talkOf } from '../offered.ts';

/** The worker that invites keeps doing it, until it is gone for so long. Milliseconds. */
const leaseMs = 45_000;
/** A new link is made so long before the old one runs out, milliseconds. */
const earlyMs = 20_000;

export interface FirstInvitationOptions {
  access: Access;
  documents: DocumentStore;
  log: Logger;
  talkLanguage: Language;
}

/**
 * As long as a platform has no admin, one worker of all prints a link that makes whoever opens it first one, and a new one when that
 * has run out. A worker that starts anew prints its own: nobody can read the old one any more.
 */
export function createFirstInvitation(platform: ConnectedPlatform, { access, documents, log, talkLanguage }: FirstInvitationOptions) {
  let lease: Lease | null = null;
  let untilMs = 0;
  return async (signal: AbortSignal): Promise<void> => {
    const talk = talkOf(platform);
    const isThere = [...talk.configured.values()].includes('admin') || (await access.hasAdmin(platform.prefix, signal));
    if (isThere) {
      await lease?.release();
      lease = null;
      return;
    }
    if (lease && !(await lease.renew(signal))) lease = null;
    if (!lease) {
      const taken = await takeLease(documents, `talk-first-admin-${platform.prefix}`, leaseMs, signal);
      if (!taken) return;
      lease = taken;
      untilMs = 0;
      signal.addEventListener('abort', () => void taken.release(), { once: true });
    }
    if (Date.now() < untilMs - earlyMs) return;
    // Whether the platform can be asked for a link at all: else each try would leave a code behind.
    await talk.invitation('code', signal);
    const { code, untilMs: until } = await access.invite(platform.prefix, 'admin', null, signal);
    const link = await talk.invitation(code, signal);
    untilMs = until;
    log.warn(wordsFor(null, talkLanguage).talk.access.invitedFirst(link));
  };
}
