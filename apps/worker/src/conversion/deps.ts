import type { ConvertedFile, FileToConvert } from '@watchpost/convert/convert-file';
import type { FetchedMedia, MediaToFetch } from '@watchpost/convert/fetch-media';
import type { FileLinks } from '@watchpost/convert/file-link';
import type { KeptFiles } from '@watchpost/convert/kept-files';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Envelope } from '@watchpost/shared/envelope';
import type { Mail } from '@watchpost/shared/jobs/mail-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Dialogs } from '@watchpost/talk/dialogs';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import type { Language } from '@watchpost/talk/words/words';
import type { ConversionAudit, Conversions } from './conversions.ts';

/** What converting has of its own; see createConverting. */
export interface Converting {
  /** Whose links are converted; empty: converting is off. */
  convertHosts: readonly string[];
  conversions: Conversions;
  conversionAudit: ConversionAudit;
  /** Runs with a folder of its own, which is removed afterwards. */
  inFolder: <T>(work: (folder: string) => Promise<T>) => Promise<T>;
  fetchMedia: (wish: MediaToFetch, signal: AbortSignal) => Promise<FetchedMedia>;
  convertFile: (wish: FileToConvert, signal: AbortSignal) => Promise<ConvertedFile>;
  keptFiles: KeptFiles;
  fileLinks: FileLinks;
  /** Where links lead to, without a slash at the end; null: there are none. */
  publicUrl: string | null;
  convertLimits: { maxBytes: number; timeoutMs: number; keepMs: number };
  /** Who may get mail about a file that is done. */
  mailTo: readonly string[];
}

/** What a conversion works with. */
export interface ConversionDeps {
  converting: Converting;
  dialogs: Dialogs;
  talkLanguage: Language;
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  /** Of what is sealed in documents and jobs. */
  envelope: Envelope;
  /** Null: no mail is sent. */
  queueMail: ((id: string, mail: Mail, signal: AbortSignal) => Promise<void>) | null;
  alerts: Alerts;
  log: Logger;
}
