import { AppError } from '@watchpost/shared/errors';
import type { Violation } from '@watchpost/rules/violation';

/** So soon is tried again what only a person can repair. Milliseconds. */
const repairMs = 60_000;
/** So long after the last thing that happened to a violation nothing more is tried. Milliseconds. */
const tryForMs = 24 * 3_600_000;

/** When something was found in the message, or somebody pressed a button, last. */
const lastHappenedMs = ({ foundAtMs, findings, appeal, asked }: Violation): number =>
  Math.max(foundAtMs, appeal.atMs ?? 0, asked?.atMs ?? 0, ...findings.map(({ atMs }) => atMs));

/** Whether nothing more is tried. */
export const isTooLate = (violation: Violation, nowMs: number): boolean => nowMs - lastHappenedMs(violation) >= tryForMs;

/** Tried again after a while, which uses up no attempt. */
export const later = (error: AppError): AppError =>
  new AppError('violation-waiting', error.message, { cause: error, retryAfterMs: repairMs });

/** Whether somebody who could not be told may be later. A channel, or a member, that takes nothing from us is not asked again. */
export const mayPass = ({ code, retry }: AppError): boolean => retry === 'transient' || code === 'chat-not-authorised';

/** What a person must repair is tried again soon, and holds up nothing else. */
export const waiting = (error: AppError): AppError => (error.retry === 'repairable' ? later(error) : error);
