import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { MenuCommand } from '@watchpost/shared/chat/talk';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { wordsFor, type Language } from '@watchpost/talk/words/words';
import type { Task } from '../schedule.ts';
import { commandsFor } from './commands/listed.ts';
import type { ListedCommand } from './commands/words-deps.ts';

const kind = 'talk-menu';
const shownSchema = z.object({ hash: z.string() });
/** A menu that could not be registered is tried again then; one that is registered costs one read. Milliseconds. */
const everyMs = 10 * 60_000;

export interface MenuOptions {
  documents: DocumentStore;
  platforms: readonly Pick<ConnectedPlatform, 'prefix' | 'talk'>[];
  listed: readonly ListedCommand[];
  talkLanguage: Language;
}

/** The menu of everybody: what only admins may use is in their /help. */
export function menuOf(listed: readonly ListedCommand[], talkLanguage: Language): MenuCommand[] {
  const { does } = wordsFor(null, talkLanguage);
  return commandsFor('member', listed).map((command) => ({ name: command.name, description: does[command.name] }));
}

/** Registers the menu of commands with each platform that has conversations: where it is another one than the platform was last given. */
export const showMenus = ({ documents, platforms, listed, talkLanguage }: MenuOptions): Task => ({
  name: 'talk-menu',
  everyMs,
  run: async (signal) => {
    const menu = menuOf(listed, talkLanguage);
    for (const { prefix, talk } of platforms) {
      if (!talk) continue;
      // A link to us names us: somebody else's account knows nothing of our menu.
      const us = await talk.invitation('menu', signal);
      const hash = createHash('sha256')
        .update(JSON.stringify([us, menu]))
        .digest('hex');
      const { document, nowMs } = await documents.get(kind, prefix, signal);
      if (shownSchema.safeParse(document?.body).data?.hash === hash) continue;
      await talk.showMenu(menu, signal);
      const revision = document?.revision ?? 0;
      await documents.put({ kind, id: prefix, revision, atMs: nowMs, keys: [], expiresAtMs: null, body: { hash } }, signal);
    }
  },
});
