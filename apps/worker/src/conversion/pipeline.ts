import { AppError, toAppError } from '@watchpost/shared/errors';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { Words } from '@watchpost/talk/words/words';
import { open, type Opened } from './1-open.ts';
import { fetchLink } from './2-fetch.ts';
import { convert } from './3-convert.ts';
import { deliver, saidOf } from './4-deliver.ts';
import type { Delivery } from './conversions.ts';
import { stoppable } from './stoppable.ts';
import type { ConversionDeps } from './deps.ts';

export type { ConversionDeps } from './deps.ts';

/** As alerts name it. */
const alertTopic = 'converter-missing';

/**
 * Fetches what a link leads to, converts it, and brings it to whoever asked. A worker that is killed leaves the job to another one, which
 * begins anew, unless the file was delivered. One that was just being sent may come twice.
 */
export function createConversionHandler(deps: ConversionDeps): JobHandler<'conversion'> {
  return async (job, { lastAttempt }, signal) => {
    const opened = await open(job, deps, signal);
    if (!opened) return 'idle';
    const delivery = opened.wanted?.delivery ?? (await tried(opened, lastAttempt, deps, signal));
    // Not even if somebody has wanted to stop it meanwhile: they have the file.
    const { conversion, talk, words } = opened;
    const how = { format: conversion.format, mostFileBytes: talk.mostFileBytes, words };
    if (delivery) await finish(opened, delivery.outcome, saidOf(delivery, how), deps, signal);
    return undefined;
  };
}

/** Tries to deliver the file, and notes that it has. Null: it has ended otherwise, and that was said. Rejects where another attempt may help. */
async function tried(opened: Opened, lastAttempt: boolean, deps: ConversionDeps, signal: AbortSignal): Promise<Delivery | null> {
  const { conversion, wanted } = opened;
  const { conversions } = deps.converting;
  const stop = stoppable(conversion, conversions, signal);
  try {
    const delivery = await work(opened, deps, stop.signal);
    const sealed = sealJson(deps.envelope, { ...wanted, delivery }, conversion.id);
    // Before anything else that may fail: an attempt that comes after it does not send the file again.
    await conversions.change(conversion.id, { state: 'delivered', sealed }, signal);
    deps.alerts.clear(alertTopic);
    return delivery;
  } catch (error) {
    const failure = toAppError(error);
    if (stop.isWanted()) await finish(opened, 'cancelled', opened.words.cancelled(), deps, signal);
    else if (signal.aborted || (failure.retry !== 'permanent' && !lastAttempt)) throw failure;
    else {
      if (failure.code === 'converter-missing' || failure.code === 'internal')
        deps.log.error({ err: failure }, 'a link could not be converted');
      if (failure.code === 'converter-missing')
        deps.alerts.raise({ topic: alertTopic, text: `No link can be converted: ${failure.message}`, code: failure.code });
      await finish(opened, failure.code, whatFailed(failure, opened.words), deps, signal);
    }
    return null;
  } finally {
    stop.end();
  }
}

async function work(opened: Opened, deps: ConversionDeps, signal: AbortSignal): Promise<Delivery> {
  const { wanted } = opened;
  if (!wanted) throw new AppError('envelope-unreadable', 'the link was sealed with another key');
  if (opened.conversion.isCancelled) throw new AppError('aborted', 'stopped before it was begun');
  return deps.converting.inFolder(async (folder) => {
    const fetched = await fetchLink({ ...opened, wanted }, folder, deps, signal);
    const converted = await convert(fetched, deps, signal);
    return deliver(converted, deps, signal);
  });
}

/** Says how it ended; then it is over. In this order, so that nobody waits for an answer that never comes. */
async function finish(
  { conversion, wanted, card }: Opened,
  outcome: string,
  said: RichText,
  { converting, dialogs, log }: ConversionDeps,
  signal: AbortSignal,
): Promise<void> {
  const { id, who: by, format } = conversion;
  await card.last(said, signal).catch((error: unknown) => {
    // Nobody to say it to: it is over all the same.
    if (toAppError(error).retry !== 'permanent') throw error;
  });
  await converting.conversions.change(id, { state: 'over', sealed: null }, signal);
  const dialog = await dialogs.get(id, signal);
  if (dialog) await dialogs.close(dialog, signal);
  await converting.conversionAudit.record({ by, host: parseUrl(wanted?.link ?? '')?.hostname ?? '', format, outcome }, signal);
  log.info({ conversion: id, format, outcome }, 'a link was dealt with');
}

/** In words for whoever asked: what went wrong outside is said, what went wrong here is logged. */
function whatFailed({ code, message }: AppError, words: Words['convert']): RichText {
  if (code === 'converter-missing') return words.noConverter();
  const isTheirs = ['address-refused', 'conversion-failed', 'fetch-refused', 'fetch-failed', 'file-too-large'].includes(code);
  return isTheirs ? words.failed(message) : words.failedHere();
}
