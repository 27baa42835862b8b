import type { JobKind } from './job-kinds.ts';

/** Fields of payloads that are ids, times, counts and words of ours, whatever the kind. All others stay unseen: people may have written them. */
const shown = new Set([
  'action',
  'askedAtMs',
  'atMs',
  'atUs',
  'channel',
  'change',
  'entryId',
  'fileId',
  'isBroadcast',
  'isDirect',
  'isEdited',
  'isSet',
  'messageId',
  'noticeId',
  'platform',
  'postedAtMs',
  'rank',
  'snapshotId',
  'thread',
  'v',
  'violation',
  'violationId',
  'visit',
  'visitId',
  'wanted',
  'why',
]);
/** And of one kind only. A job on a schedule is called as its file says. */
const shownOf: Partial<Record<JobKind, string>> = { scheduled: 'name' };
/** Values that are longer are no ids. Characters. */
const longest = 200;

/** What a job is about, of its payload as the queue keeps it: safe to show. Fields in groups are named `deed.action`. Pure. */
export function aboutJob(kind: JobKind, data: unknown): Record<string, string | number | boolean> {
  const about: Record<string, string | number | boolean> = {};
  const visit = (value: unknown, path: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 3) return;
    for (const [name, each] of Object.entries(value)) {
      const full = path === '' ? name : `${path}.${name}`;
      if ((shown.has(name) || shownOf[kind] === name) && isPlain(each)) about[full] = each;
      else visit(each, full, depth + 1);
    }
  };
  visit(data, '', 0);
  return about;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= longest);
}
