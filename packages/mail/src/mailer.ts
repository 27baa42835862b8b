import type { Mail } from '@watchpost/shared/jobs/mail-job';

/** Sends mail. */
export interface Mailer {
  /** `id`: the same for each attempt. Rejects with `mail-refused` where another attempt cannot help, else with `mail-unavailable`. */
  send(id: string, mail: Mail, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
