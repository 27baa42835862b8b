import { commaList } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';
import { parseMailServer } from './mail-server.ts';

const addressSchema = z.email('must be a mail address');

/** The variables about mail. */
export const mailEnv = {
  /** The server that takes our mail; see parseMailServer. Not set: none is sent. */
  SMTP_URL: z
    .string()
    .trim()
    .superRefine((url, context) => {
      const server = parseMailServer(url);
      if (typeof server === 'string') context.addIssue({ code: 'custom', message: server });
    })
    .optional(),
  /** An address, or a name with an address. */
  MAIL_FROM: z
    .string()
    .trim()
    .regex(
      /^(?:[^<>\p{Cc}]*<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/u,
      'must be an address, or a name with one: Watchpost <watchpost@example.org>',
    )
    .optional(),
  /** Who gets mail about what needs a person. */
  ALERT_MAIL_TO: commaList.pipe(z.array(addressSchema)).optional(),
};

/** What is missing of what is set. */
export function mailFaults(config: {
  SMTP_URL?: string | undefined;
  MAIL_FROM?: string | undefined;
  ALERT_MAIL_TO?: string[] | undefined;
}): string[] {
  const { SMTP_URL: url, MAIL_FROM: from, ALERT_MAIL_TO: to } = config;
  return [
    ...(url && !from ? ['MAIL_FROM must be set: SMTP_URL is'] : []),
    ...(to && !url ? ['SMTP_URL must be set: ALERT_MAIL_TO is'] : []),
  ];
}
