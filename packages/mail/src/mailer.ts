import { createHash } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import type { Mail } from '@watchpost/shared/jobs/mail-job';
import { redactSecrets } from '@watchpost/shared/observability/logger';
import { within } from '@watchpost/shared/wait';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { parseMailServer, type MailServer } from './mail-server.ts';

/** Sends mail. */
export interface Mailer {
  /** `id`: the same for each attempt. Rejects with `mail-refused` where another attempt cannot help, else with `mail-unavailable`. */
  send(id: string, mail: Mail, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** How long the server may take, milliseconds. */
export interface MailTimeouts {
  connectMs: number;
  /** Until its first line, and for each answer after that. */
  answerMs: number;
  /** For one mail in all: a server may say a little again and again. */
  totalMs: number;
}

const usualTimeouts: MailTimeouts = { connectMs: 10_000, answerMs: 30_000, totalMs: 180_000 };

/**
 * When to try again: after a fault on the way, when the server asks us to come later (greylisting takes five minutes at most places), and
 * after what a person has to repair. Milliseconds.
 */
const againMs = { away: 60_000, later: 120_000, repair: 600_000 };

/** Hands mail over to the server of SMTP_URL, each on a connection of its own. `from`: MAIL_FROM. Throws `config-invalid`. */
export function createMailer({ url, from }: { url: string; from: string }, timeouts: MailTimeouts = usualTimeouts): Mailer {
  const server = parseMailServer(url);
  if (typeof server === 'string') throw new AppError('config-invalid', `SMTP_URL: ${server}`);
  const sender = senderOf(from);
  // Nothing that anybody writes makes it read a file or an address.
  const closed = { disableFileAccess: true, disableUrlAccess: true };
  const transport = createTransport({ ...connectionTo(server, timeouts), ...closed }, closed);
  return {
    send: async (id, { to, subject, text }, signal) => {
      const odd = to.find((address) => !/^[^\s<>"(),:;@[\]\\]+@[^\s<>"(),:;@\\]+$/u.test(address));
      if (odd !== undefined) throw new AppError('mail-refused', 'the address of the recipient is none');
      try {
        const { rejected } = await transport.sendMail({
          from: sender,
          // As an object: what looks like several addresses is one all the same.
          to: to.map((address) => ({ name: '', address })),
          subject: subject.replaceAll(/[\r\n]+/g, ' '),
          text,
          messageId: messageIdOf(id, sender.address),
          headers: { 'Auto-Submitted': 'auto-generated' },
          ...closed,
          signal: within(signal, timeouts.totalMs),
        });
        // The others have it: again would be twice.
        if (rejected.length > 0) throw new AppError('mail-refused', `${rejected.length} of ${to.length} recipients were refused`);
      } catch (thrown) {
        throw toMailError(thrown, signal);
      }
    },
    close: async () => transport.close(),
  };
}

function connectionTo({ host, port, tls, login }: MailServer, { connectMs, answerMs }: MailTimeouts) {
  return {
    host,
    port,
    secure: tls === 'from-the-start',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'off',
    ...(tls === 'where-offered' && { tls: { rejectUnauthorized: false } }),
    ...(login && { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: connectMs,
    dnsTimeout: connectMs,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
  };
}

/** The sender's name and address apart: a colon or a comma in the name would be read as part of a list. */
function senderOf(from: string): { name: string; address: string } {
  const [, name = '', address = ''] = /^(.*?)<([^<>]*)>$/s.exec(from.trim()) ?? ['', '', from.trim()];
  return { name: name.trim().replace(/^"(.*)"$/s, '$1'), address: address.trim() };
}

/** The same for each attempt, so that a server, or a reader, sees that a mail came twice. */
function messageIdOf(id: string, address: string): string {
  const domain = /@([^\s<>@]+)$/.exec(address)?.[1] ?? 'watchpost.invalid';
  return `<${createHash('sha256').update(id).digest('hex').slice(0, 40)}@${domain}>`;
}

const smtpErrorSchema = z.object({
  code: z.string().default('unknown'),
  message: z.string().default(''),
  responseCode: z.number().optional(),
});
type SmtpError = z.infer<typeof smtpErrorSchema>;

/** What only a person repairs, beside a password: a certificate, a server without TLS. */
const repairs: ReadonlySet<string> = new Set(['ETLS', 'ECONFIG']);
/** It wants somebody to sign in, or TLS (RFC 4954): nothing is wrong with the mail. */
const signInCodes: ReadonlySet<number | undefined> = new Set([530, 534, 535, 538]);
const certificate = /certificate|self.signed|altname|wrong version number/i;

/** An error of the connection as ours. What the server says may quote the mail and its recipients: it goes no further than its code. */
function toMailError(thrown: unknown, signal: AbortSignal): AppError {
  if (thrown instanceof AppError) return thrown;
  if (signal.aborted) return new AppError('aborted', 'stopped before it was done');
  const error: SmtpError = smtpErrorSchema.safeParse(thrown).data ?? { code: 'unknown', message: '' };
  const said = redactSecrets(error.responseCode === undefined ? error.code : `${error.responseCode} (${error.code})`);
  const refusal = refusalOf(error);
  if (refusal !== null) return new AppError('mail-refused', `${refusal}: ${said}`);
  const { problem, retryAfterMs } = faultOf(error);
  return new AppError('mail-unavailable', `${problem}: ${said}`, { retryAfterMs });
}

/** What is wrong with the server, or with what we know of it, and when to try again. */
function faultOf({ code, message, responseCode }: SmtpError): { problem: string; retryAfterMs: number } {
  if (isSigningIn({ code, responseCode }))
    return { problem: 'the mail server does not take the user name and password of SMTP_URL', retryAfterMs: againMs.repair };
  if (repairs.has(code) || certificate.test(message))
    return { problem: 'the mail server cannot be spoken with safely', retryAfterMs: againMs.repair };
  return { problem: 'the mail server did not take the mail', retryAfterMs: responseCode === undefined ? againMs.away : againMs.later };
}

/** Why this mail will never be taken; null: it may be. */
function refusalOf(error: SmtpError): string | null {
  const { code, responseCode } = error;
  if (isSigningIn(error) || repairs.has(code)) return null;
  if (responseCode === undefined) {
    if (code === 'EMESSAGE') return 'the mail is larger than the server takes';
    return code === 'EENVELOPE' ? 'the mail server takes no such address' : null;
  }
  return responseCode >= 500 && responseCode !== 503 ? 'the mail server refuses this mail' : null;
}

const isSigningIn = ({ code, responseCode }: Pick<SmtpError, 'code' | 'responseCode'>): boolean =>
  code === 'EAUTH' || code === 'ENOAUTH' || signInCodes.has(responseCode);
