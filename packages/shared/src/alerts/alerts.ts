import type { DocumentStore } from '../documents/document-store.ts';
import type { ErrorCode } from '../errors.ts';
import { redactSecrets, type Logger } from '../observability/logger.ts';
import { cut } from '../text.ts';
import { pause } from '../wait.ts';
import { noteCleared, noteRaised, type RaisedAlert } from './open-alerts.ts';

/** Something that needs a person. */
export interface Alert {
  /** What it is about, the same each time: `mail`, `scheduled-prices`. Anything but a-z, A-Z, 0-9, `.`, `_` and `-` becomes `-`. */
  topic: string;
  /** What is wrong and what to do about it, in one sentence for a person. No secret. */
  text: string;
  /** See docs/errors.md; null: it has none. */
  code: ErrorCode | null;
}

/** Tells admins what needs a person. Both methods return at once and never throw: what is raised while the database is away is told later. */
export interface Alerts {
  raise(alert: Alert): void;
  /** It is well again. What was never raised is no error. */
  clear(topic: string): void;
}

export interface AlertsOptions {
  /** Null: the database is not open yet. */
  documents: () => DocumentStore | null;
  log: Logger;
  /** Between two looks at what is to be written, milliseconds. */
  everyMs?: number;
}

/** After a clear that found nothing raised, further ones are not looked at for so long. Milliseconds. */
const knownClearMs = 30_000;
/** Of what is raised while the database is away; beyond that it is only logged. */
const mostTopics = 200;
/** For writing what was raised last. Milliseconds. */
const lastWriteMs = 2_000;

type Pending = { is: 'raised'; alert: RaisedAlert } | { is: 'cleared' };

/** Collects what is raised and writes it to documents, where one worker finds it and tells it. `done` resolves after `stopping` has aborted. */
export function createAlerts({ documents, log, everyMs = 1_000 }: AlertsOptions, stopping: AbortSignal): Alerts & { done: Promise<void> } {
  const pending = new Map<string, Pending>();
  const clearedAtMs = new Map<string, number>();

  const write = async (signal: AbortSignal): Promise<void> => {
    const store = documents();
    if (!store) return;
    for (const [topic, each] of new Map(pending)) {
      pending.delete(topic);
      try {
        if (each.is === 'raised') await noteRaised(store, topic, each.alert, signal);
        else {
          await noteCleared(store, topic, signal);
          clearedAtMs.set(topic, Date.now());
        }
      } catch (err) {
        putBack(pending, topic, each);
        log.debug({ err, topic }, 'an alert could not be written, it is tried again');
        return;
      }
    }
  };
  const keepWriting = async (): Promise<void> => {
    while (!stopping.aborted) {
      await write(stopping);
      await pause(everyMs, stopping).catch(() => undefined);
    }
    await write(AbortSignal.timeout(lastWriteMs));
  };

  return {
    raise: ({ topic: name, text, code }) => {
      const topic = topicOf(name);
      const known = pending.get(topic);
      if (!known && pending.size >= mostTopics) {
        log.warn({ topic, code }, 'an alert is lost: too many are waiting for the database');
        return;
      }
      clearedAtMs.delete(topic);
      const before = known?.is === 'raised' ? known.alert.count : 0;
      pending.set(topic, { is: 'raised', alert: { text: textOf(text), code, count: before + 1 } });
    },
    clear: (name) => {
      const topic = topicOf(name);
      if (Date.now() - (clearedAtMs.get(topic) ?? -Infinity) < knownClearMs || pending.size >= mostTopics) return;
      pending.set(topic, { is: 'cleared' });
    },
    done: keepWriting(),
  };
}

/** What could not be written waits, unless something newer about it came meanwhile. */
function putBack(pending: Map<string, Pending>, topic: string, each: Pending): void {
  const newer = pending.get(topic);
  if (!newer) pending.set(topic, each);
  else if (newer.is === 'raised' && each.is === 'raised')
    pending.set(topic, { is: 'raised', alert: { ...newer.alert, count: newer.alert.count + each.alert.count } });
}

const topicOf = (topic: string): string => topic.replaceAll(/[^\w.-]/g, '-').slice(0, 100) || 'other';
const textOf = (text: string): string => cut(redactSecrets(text).replaceAll(/\s+/gu, ' ').trim(), { characters: 500, units: 1_000 });
