import type { Mailer } from '@watchpost/mail/mailer';
import type { Envelope } from '@watchpost/shared/envelope';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import { mailSchema } from '@watchpost/shared/jobs/mail-job';
import { openJson } from '@watchpost/shared/jobs/sealed';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Alerts } from '../alerts/alerts.ts';

export interface MailDeps {
  /** Null: no server is configured. */
  mailer: Pick<Mailer, 'send'> | null;
  envelope: Envelope;
  alerts: Alerts;
  log: Logger;
}

/** As alerts name it. */
export const mailTopic = 'mail';

/** Sends a mail. A server that was away for ten minutes, or that somebody must see to, is told to the admins. */
export function createMailHandler({ mailer, envelope, alerts, log }: MailDeps): JobHandler<'mail'> {
  return async ({ id, sealed }, _context, signal) => {
    if (sealed === null) return 'idle';
    if (!mailer) throw new AppError('mail-refused', 'SMTP_URL is not set: no mail is sent');
    const mail = openJson(envelope, sealed, id, mailSchema);
    try {
      await mailer.send(id, mail, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code !== 'aborted') alerts.raise({ topic: mailTopic, text: error.message, code: error.code });
      throw error;
    }
    alerts.clear(mailTopic);
    log.info({ mail: id }, 'mail sent');
    return undefined;
  };
}
