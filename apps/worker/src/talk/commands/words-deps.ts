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
export type ListedCommand = Pick<TalkCommand<never>, 'name' | 'description' | 'admin' | 'privately'>;

/** What the commands that need neither the gallery nor a converter work with. */
export interface WordsDeps {
  documents: DocumentStore;
  dialogs: Dialogs;
  privateLog: PrivateLog;
  registrations: Registrations;
  personalAudit: Audit<PersonalAct>;
  quotes: QuoteShelf;
  subscriptions: Pick<Subscriptions, 'list' | 'end'>;
  /** All commands, also those that are answered elsewhere. */
  listed: readonly ListedCommand[];
  talkLanguage: Language;
  /** How long a conversation waits for an answer, milliseconds. */
  waitMs: number;
}

/** Puts together what these commands need. `keepMs`: how long logs and registrations are kept; null: until they are erased. */
export function createWordsDeps({
  keepMs,
  ...given
}: Omit<WordsDeps, 'privateLog' | 'registrations' | 'personalAudit'> & { keepMs: number | null }): WordsDeps {
  const { documents } = given;
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
