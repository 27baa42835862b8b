import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyRequest } from 'fastify';
import { createLogRarely } from '../../log-rarely.ts';
import { isSameSecret } from '../../same-secret.ts';
import { hasValidSignature, refusalOf, type Refusal } from './1-verify.ts';
import { tokenOf } from './2-parse.ts';

export interface AuthenticateOptions {
  /** Null: only the verification token is set. */
  signingSecrets: readonly string[] | null;
  verificationToken: string | null;
  log: Logger;
  now: () => number;
}

/** Tells Slack's requests from all others. Both throw `request-unauthorised`; the log has the reason, the response has not. */
export interface Authenticate {
  /** Before the body is read: what has no valid headers is not worth it. With the token alone nothing can be known yet. */
  headers(request: FastifyRequest): void;
  /** What the request says, as `read` understands it. A signature is verified before anything is parsed. */
  body(request: FastifyRequest, read: ReadBody): unknown;
}

/** Reads a body; throws `request-malformed`. */
export type ReadBody = (rawBody: Buffer) => unknown;

/** What an operator should look at. */
const advice: Record<Refusal['reason'], string> = {
  'headers-missing': 'a request without a signature was refused: it does not come from Slack, or a proxy has dropped its headers',
  'timestamp-stale': 'a request was refused because its timestamp is in the past: check the clock of this machine',
  'timestamp-future': 'a request was refused because its timestamp is in the future: check the clock of this machine',
  'signature-wrong': "a request was refused because its signature is wrong: compare SLACK_SIGNING_SECRET with the app's settings",
  'token-wrong': "a request was refused because its token is wrong: compare SLACK_VERIFICATION_TOKEN with the app's settings",
};

export function createAuthenticate({ signingSecrets, verificationToken, log, now }: AuthenticateOptions): Authenticate {
  const rarely = createLogRarely(now);
  const refuse = (refusal: Refusal): never => {
    rarely(refusal.reason, (times) => log.warn({ ...refusal, times }, advice[refusal.reason]));
    throw new AppError('request-unauthorised', 'no valid signature or token');
  };
  return {
    headers: (request) => {
      const refusal = signingSecrets && refusalOf(signatureOf(request), now());
      if (refusal) refuse(refusal);
    },
    body: (request, read) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      if (signingSecrets) {
        const signed = { ...signatureOf(request), rawBody };
        return hasValidSignature(signed, signingSecrets, now()) ? read(rawBody) : refuse({ reason: 'signature-wrong' });
      }
      const body = read(rawBody);
      const token = tokenOf(body);
      return verificationToken && token !== null && isSameSecret(token, verificationToken) ? body : refuse({ reason: 'token-wrong' });
    },
  };
}

function signatureOf({ headers }: FastifyRequest): { timestamp: string | undefined; signature: string | undefined } {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { timestamp: header('x-slack-request-timestamp'), signature: header('x-slack-signature') };
}

/** A body that is JSON: of events. */
export const readJson: ReadBody = (rawBody) => parseJson(rawBody.toString('utf8'));

/** A body that is a form: of commands as its fields, of clicks as the JSON in its one field `payload`. */
export const readForm: ReadBody = (rawBody) => {
  const form = new URLSearchParams(rawBody.toString('utf8'));
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : parseJson(payload);
};

function parseJson(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    // Without the cause: the parser's message quotes the body.
    throw new AppError('request-malformed', 'the body is not JSON');
  }
}
