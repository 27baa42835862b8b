import type { Mailer } from '@watchpost/mail/mailer';
import type { Envelope } from '@watchpost/shared/envelope';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import { mailSchema } from '@watchpost/shared/jobs/mail-job';
import { openJson } from '@watchpost/shared/jobs/sealed';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import { alertPrefix } from '../alerts/bulletin.ts';

export interface MailDeps {
  /** Null: no server is configured. */
  mailer: Pick<Mailer, 'send'> | null;
  envelope: Envelope;
  alerts: Alerts;
  log: Logger;
  now: () => number;
}

/** As alerts name it. */
export const mailTopic = 'mail';
/** A mail to admins was refused: told by another way than mail, or each such mail would be the reason for the next one. */
export const alertMailTopic = 'alert-mail-refused';

/** Servers are away for a moment, and ask us to come later: so long nobody need know. Milliseconds. */
const patienceMs = 600_000;
/** From such a wait on it is a person that we wait for; see createMailer. Milliseconds. */
const repairMs = 600_000;

/** Sends a mail. Admins hear of what they must see to: a mail that was refused, a server that does not take us, or takes nothing for long. */
export function createMailHandler({ mailer, envelope, alerts, log, now }: MailDeps): JobHandler<'mail'> {
  let failingSinceMs: number | null = null;
  return async ({ id, sealed }, _context, signal) => {
    if (sealed === null) return 'idle';
    if (!mailer) throw new AppError('mail-refused', 'SMTP_URL is not set: no mail is sent');
    const mail = openJson(envelope, sealed, id, mailSchema);
    try {
      await mailer.send(id, mail, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      const { message: text, code, retryAfterMs = 0 } = error;
      if (code === 'mail-refused' && id.startsWith(alertPrefix))
        alerts.raise({ topic: alertMailTopic, text: `an address of ALERT_MAIL_TO gets no mail: ${text}`, code });
      else if (code === 'mail-refused') alerts.raise({ topic: 'mail-refused', text, code });
      else if (code !== 'aborted') {
        failingSinceMs ??= now();
        if (retryAfterMs >= repairMs || now() - failingSinceMs >= patienceMs) alerts.raise({ topic: mailTopic, text, code });
      }
      throw error;
    }
    failingSinceMs = null;
    alerts.clear(mailTopic);
    log.info({ mail: id }, 'mail sent');
    return undefined;
  };
}
