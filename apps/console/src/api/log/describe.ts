import { type RestoreLogEntry, restoreLogKind, restoreLogSchema } from '@watchpost/gallery/archive/restore-log';
import { z } from 'zod';
import { consoleLogSchema } from '../../sign-in/console-log.ts';
import { violationDecisionKind, violationDecisionSchema } from '../violations/decisions.ts';
import type { LogSource } from './schema.ts';

/** What a document of an audit says. */
export interface Described {
  source: LogSource;
  actor: string | null;
  where: string | null;
  text: string;
}

const named = z.object({ name: z.string() }).nullable();
const ruleChange = z.object({ actor: z.string(), what: z.string(), before: named, after: named });
const decision = z.object({ actor: z.string(), what: z.string(), feed: z.string(), messageId: z.string().nullable() });
const queueChange = z.object({
  actor: z.string(),
  what: z.string(),
  kind: z.string().optional(),
  code: z.string().optional(),
  jobs: z.number(),
  ids: z.array(z.string()).optional(),
  isOpen: z.boolean().optional(),
  isCutOff: z.boolean().optional(),
});
const cameraChange = z.object({ by: z.string(), channel: z.string().nullable(), camera: z.string().nullable() });
const access = z.object({ actor: z.string(), what: z.enum(['read', 'deleted']) });

const signIns = {
  'signed-in': 'Signed in',
  refused: 'Was refused at the sign-in',
  'signed-out': 'Signed out',
  'signed-out-everywhere': 'Ended all sessions',
  exported: 'Exported all that is kept about a person',
  change: '',
} as const;

const decisionWords: Readonly<Record<string, string>> = {
  accept: 'accepted the objection',
  reject: 'rejected the objection',
  'put-back': 'asked to put back the original',
  'delete-kept': 'asked to delete the original',
};

const described = (source: LogSource, { actor }: { actor: string }, text: string): Described => ({
  source,
  actor,
  where: null,
  text: sentence(text),
});
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function queueWords({ what, kind, code, ids = [], jobs, isOpen = false, isCutOff = false }: z.output<typeof queueChange>): string {
  if (what === 'started') return `started the job ${ids.join(', ')}`;
  const ofKind = kind === undefined ? '' : ` of the kind ${kind}`;
  if (what !== 'retried' && what !== 'dropped') return `${what} the queue${ofKind}`;
  const some = isOpen
    ? what === 'retried'
      ? 'began to retry jobs'
      : 'began to drop jobs'
    : `${what} ${String(jobs)} ${jobs === 1 ? 'job' : 'jobs'}`;
  const which = ids.length === 1 ? `: ${ids.join('')}` : '';
  const cutOff = isCutOff ? '; then the queue did not answer, and one more may have been changed' : '';
  return `${some}${ofKind}${code === undefined ? '' : ` that had failed with ${code}`}${which}${cutOff}`;
}

const counted = (count: number, one: string, many: string): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

function restoreWords({ what, scope, exportedAt, counts, forgotten }: RestoreLogEntry): string {
  const date = new Date(exportedAt);
  const from = Number.isNaN(date.getTime()) ? 'an unknown day' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const did =
    what === 'moved'
      ? `Moved everything here from another database, as it was on ${from}`
      : `Restored ${scope === 'gallery' ? 'the gallery alone from ' : ''}the backup of ${from}`;
  const { people, faces, sightings } = counts;
  const held = [
    counted(people, 'person', 'people'),
    counted(faces, 'face', 'faces'),
    counted(sightings, 'snapshot with faces', 'snapshots with faces'),
  ];
  const again =
    forgotten === 0
      ? ''
      : `; ${forgotten === 1 ? '1 person who was' : `${forgotten.toLocaleString('en')} people who were`} forgotten since then ${forgotten === 1 ? 'is' : 'are'} forgotten again`;
  return `${did}: ${held.join(', ')}${again}`;
}

/** The audits that are documents, by kind; null: another version wrote it in another form. */
export const auditKinds: Readonly<Record<string, { sources: readonly LogSource[]; describe: (body: unknown) => Described | null }>> = {
  'rule-change': { sources: ['rules'], describe: describeRuleChange },
  'feed-decision': {
    sources: ['feeds'],
    describe: (body) => {
      const { data } = decision.safeParse(body);
      if (!data) return null;
      const entry = data.messageId === null ? '' : `the entry ${data.messageId} of `;
      return described('feeds', data, `${data.what} ${entry}the feed ${data.feed}`);
    },
  },
  'queue-change': {
    sources: ['queue'],
    describe: (body) => {
      const { data } = queueChange.safeParse(body);
      return data ? described('queue', data, queueWords(data)) : null;
    },
  },
  'camera-settings-change': {
    sources: ['cameras'],
    describe: (body) => {
      const { data } = cameraChange.safeParse(body);
      if (!data) return null;
      const place = data.channel === null ? 'all cameras' : (data.camera ?? data.channel);
      return described('cameras', { actor: data.by }, `changed the settings of ${place}`);
    },
  },
  'quarantine-access': {
    sources: ['quarantine'],
    describe: (body) => {
      const { data } = access.safeParse(body);
      return data ? described('quarantine', data, `${data.what} what is kept of a removed message`) : null;
    },
  },
  [violationDecisionKind]: {
    sources: ['violations'],
    describe: (body) => {
      const { data } = violationDecisionSchema.safeParse(body);
      return data ? described('violations', data, `${decisionWords[data.what] ?? data.what}: a message that broke a rule`) : null;
    },
  },
  [restoreLogKind]: {
    sources: ['backups'],
    describe: (body) => {
      const { data } = restoreLogSchema.safeParse(body);
      return data ? { source: 'backups', actor: data.actor, where: data.where, text: restoreWords(data) } : null;
    },
  },
  'console-log': {
    sources: ['sign-in', 'requests'],
    describe: (body) => {
      const { data } = consoleLogSchema.safeParse(body);
      if (!data) return null;
      const { what, actor, where, detail } = data;
      return what === 'change'
        ? { source: 'requests', actor, where, text: detail ?? '' }
        : { source: 'sign-in', actor, where, text: signIns[what] };
    },
  },
};

/** Also of the last change, which stands in the rules' own document. */
export function describeRuleChange(body: unknown): Described | null {
  const { data } = ruleChange.safeParse(body);
  if (!data) return null;
  const name = data.after?.name ?? data.before?.name ?? '';
  const renamed = data.before && data.after && data.before.name !== data.after.name ? ` (it was called ${data.before.name})` : '';
  return described('rules', data, `${data.what} the rule ${name}${renamed}`);
}
