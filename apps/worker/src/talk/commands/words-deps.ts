import type { Audit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Dialogs } from '@watchpost/talk/dialogs';
import { createPersonalAudit, type PersonalAct } from '@watchpost/talk/personal-audit';
import { createRegistrations, type Registrations } from '@watchpost/talk/registration';
import { createPrivateLog, type PrivateLog } from '@watchpost/talk/slog';
import { wordsFor, type Language, type Words } from '@watchpost/talk/words/words';
import type { Subscriptions } from '@watchpost/visits/subscriptions';
import type { TalkCommand } from '../talk-command.ts';
import type { Talker } from '../talker.ts';

/** Quotes, as commands need them. */
export interface QuoteShelf {
  /** Rejects with `quote-invalid`, whose message says what is wrong with it. */
  add(
    quote: { text: string; author: string | null; source: string | null; tags: string[] },
    signal: AbortSignal,
  ): Promise<{ quote: ShownQuote; isNew: boolean }>;
  /** Any with this tag (null: any at all); null: there is none. */
  random(tag: string | null, signal: AbortSignal): Promise<ShownQuote | null>;
  tags(signal: AbortSignal): Promise<readonly string[]>;
}

export interface ShownQuote {
  text: string;
  author: string | null;
  source: string | null;
  tags: readonly string[];
}

/** A command as /help and the menu list it. */
export type ListedCommand = Pick<TalkCommand<never>, 'name' | 'admin' | 'privately'>;

/** What these commands keep, and where. */
export interface WordStores {
  privateLog: PrivateLog;
  registrations: Registrations;
  personalAudit: Audit<PersonalAct>;
}

/** What the commands that need neither the gallery nor a converter work with. */
export interface WordsDeps extends WordStores {
  documents: DocumentStore;
  dialogs: Dialogs;
  quotes: QuoteShelf;
  subscriptions: Pick<Subscriptions, 'list' | 'end'>;
  /** All commands that are of use here, also those that are answered elsewhere. */
  listed: readonly ListedCommand[];
  talkLanguage: Language;
  /** How long a conversation waits for an answer, milliseconds. */
  waitMs: number;
  /** How long logs and registrations are kept, days; null: until they are erased. */
  keepDays: number | null;
}

const dayMs = 86_400_000;

/** All that these commands work with. */
export function createWordsDeps(given: Omit<WordsDeps, keyof WordStores>): WordsDeps {
  const { documents, keepDays } = given;
  const keepMs = keepDays === null ? null : keepDays * dayMs;
  return {
    ...given,
    privateLog: createPrivateLog(documents, { keepMs }),
    registrations: createRegistrations(documents, { keepMs }),
    personalAudit: createPersonalAudit(documents),
  };
}

/** The words for somebody. */
export const wordsOf = ({ language }: Pick<Talker, 'language'>, { talkLanguage }: Pick<WordsDeps, 'talkLanguage'>): Words =>
  wordsFor(language, talkLanguage);
