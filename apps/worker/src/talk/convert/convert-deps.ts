import type { Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Dialogs } from '@watchpost/talk/dialogs';
import type { Language } from '@watchpost/talk/words/words';
import type { ConversionDeps, Converting } from '../../conversion/deps.ts';

/** What conversations about links work with. */
export interface ConvertDeps {
  converting: Converting;
  dialogs: Dialogs;
  envelope: Envelope;
  queueMail: ConversionDeps['queueMail'];
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  /** How long a question waits for an answer, milliseconds. */
  waitMs: number;
  talkLanguage: Language;
}
