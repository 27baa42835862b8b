import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMailer, type Mailer } from '@watchpost/mail/mailer';
import type { Access } from '@watchpost/talk/access';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import { createCountFailures } from './alerts/count-failures.ts';
import { tellAdmins } from './alerts/tell-admins.ts';
import { createQueueMail, type QueueMail } from './mail/queue-mail.ts';
import type { PostNotice } from './notice/notice.ts';
import type { Rates } from './rates.ts';
import type { Task } from './schedule.ts';

export interface AlertingOptions {
  documents: DocumentStore;
  platforms: readonly Pick<ConnectedPlatform, 'prefix' | 'adminChannel' | 'talk'>[];
  /** Whom somebody let in. */
  access: Pick<Access, 'admins'>;
  mail: { SMTP_URL?: string | undefined; MAIL_FROM?: string | undefined; ALERT_MAIL_TO?: string[] | undefined };
  alerts: Alerts;
  envelope: Envelope;
  rates: Pick<Rates, 'take'>;
  postNotice: PostNotice;
  sender: JobSender;
  sendTimeoutMs: number;
  log: Logger;
  now?: () => number;
}

/** What mails and alerts work with. */
export interface Alerting {
  mailer: Mailer | null;
  queueMail: QueueMail | null;
  /** What one of all workers does again and again. */
  alertTasks: Task[];
}

/** Puts together what mails and alerts need. */
export function createAlerting({ mail, now = Date.now, ...options }: AlertingOptions): Alerting {
  const { SMTP_URL: url, MAIL_FROM: from, ALERT_MAIL_TO: mailTo = [] } = mail;
  const mailer = url !== undefined && from !== undefined ? createMailer({ url, from }) : null;
  const queueMail = mailer && createQueueMail(options);
  const { platforms, access, alerts, sender } = options;
  const prefixes = new Set(platforms.map(({ prefix }) => prefix));
  const adminChats = async (signal: AbortSignal): Promise<ChannelKey[]> => [
    ...platforms.flatMap(({ adminChannel }) => adminChannel ?? []),
    ...platforms.flatMap(({ talk }) => [...(talk?.configured ?? [])].flatMap(([who, role]) => (role === 'admin' ? [who] : []))),
    // Those of a platform that is not used any more cannot be reached.
    ...(await access.admins(signal)).filter((chat) => prefixes.has(platformOf(chat))),
  ];
  const countFailures = createCountFailures({ sender, alerts, now });
  return {
    mailer,
    queueMail,
    alertTasks: [
      { name: 'alerts', everyMs: 3_000, run: (signal) => tellAdmins({ ...options, queueMail, mailTo, adminChats }, signal) },
      { name: 'failures', everyMs: 60_000, run: countFailures },
    ],
  };
}
