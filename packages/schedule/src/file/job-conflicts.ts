import { secretsIn } from '../secrets.ts';
import { templateFields } from '../template.ts';
import { feedFields, ownNumbers, runFields } from '../names.ts';
import { placeFault } from '../pick/place-fault.ts';
import type { JobSettings, MailSettings, PostSettings } from './schedule-file.ts';

interface Conflict {
  path: (string | number)[];
  message: string;
}

/** What is wrong between the settings of one job. Pure. */
export function jobConflicts(job: JobSettings): Conflict[] {
  return [...timesOf(job), ...sourceOf(job), ...placesOf(job), ...keyOf(job), ...tellingOf('post', job, job.post), ...tellingOf('mail', job, job.mail)];
}

function timesOf({ cron, every }: JobSettings): Conflict[] {
  if ((cron === undefined) === (every === undefined)) return [{ path: [], message: 'needs either cron or every' }];
  return [];
}

function sourceOf({ fetch, numbers, pick, store, post, mail }: JobSettings): Conflict[] {
  const found: Conflict[] = [];
  if (fetch && numbers) found.push({ path: ['numbers'], message: 'does not go with fetch: one job has one source' });
  for (const [name, value] of Object.entries(fetch?.headers ?? {})) {
    // Redirects to other servers go without headers of such names.
    if (secretsIn(value).length > 0 && !/^(authorization|cookie|.*(token|key|secret).*)$/i.test(name))
      found.push({ path: ['fetch', 'headers', name], message: 'may hold no secret: authorization, cookie, or names with token, key or secret may' });
  }
  if (pick && !fetch) found.push({ path: ['pick'], message: 'needs fetch' });
  if (store && !fetch && !numbers) found.push({ path: ['store'], message: 'needs fetch or numbers' });
  if (!store && !post && !mail) found.push({ path: [], message: 'does nothing: it needs store, post or mail' });
  return found;
}

function placesOf({ fetch, pick }: JobSettings): Conflict[] {
  if (!fetch) return [];
  const { as } = fetch;
  const found: Conflict[] = [];
  const fields = Object.entries(pick?.fields ?? {});
  if ((as === 'json' || as === 'html') && fields.length === 0) found.push({ path: ['fetch'], message: `needs pick.fields: ${as} has no fields of its own` });
  if (pick?.items !== undefined && as !== 'json' && as !== 'html') found.push({ path: ['pick', 'items'], message: `does not go with ${as}` });
  const check = (place: string | undefined, path: string[]): void => {
    const fault = place === undefined ? null : placeFault(as, place);
    if (fault !== null) found.push({ path, message: fault });
  };
  check(pick?.items, ['pick', 'items']);
  for (const [name, { at, attribute }] of fields) {
    check(at, ['pick', 'fields', name]);
    if (at === undefined && as !== 'html' && as !== 'text') found.push({ path: ['pick', 'fields', name], message: 'needs at' });
    if (attribute !== undefined && as !== 'html') found.push({ path: ['pick', 'fields', name], message: `has no attribute in ${as}` });
  }
  return found;
}

/** The fields that each item has; null: none. */
function itemFields({ fetch, numbers, pick }: JobSettings): readonly string[] {
  if (numbers) return ownNumbers;
  if (!fetch) return [];
  const named = Object.keys(pick?.fields ?? {});
  if (named.length > 0) return named;
  return fetch.as === 'feed' ? feedFields : ['text'];
}

function keyOf(job: JobSettings): Conflict[] {
  const { store, pick } = job;
  if (!store) return [];
  const known = [...itemFields(job), 'at'];
  const found: Conflict[] = (store.key ?? [])
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: ['store', 'key'], message: `names no field: ${name}; there are ${known.join(', ')}` }));
  const most = pick?.most ?? 50;
  if (store.keep.items !== null && store.keep.items < most)
    found.push({ path: ['store', 'keep'], message: `must be ${String(most)} at least, as many as are picked: else they would be new each time` });
  if (store.into === 'quotes' && !itemFields(job).includes('text')) found.push({ path: ['store', 'into'], message: 'quotes need a field text' });
  return found;
}

function tellingOf(name: 'post' | 'mail', job: JobSettings, telling: PostSettings | MailSettings | undefined): Conflict[] {
  if (!telling) return [];
  const found: Conflict[] = [];
  const at = (setting: string): string[] => [name, setting];
  const known = new Set<string>([...itemFields(job), ...runFields]);
  const hasChart = 'chart' in telling && telling.chart !== undefined;
  if (telling.text === undefined && telling.item === undefined && !hasChart) found.push({ path: [name], message: 'needs text or item' });
  if (telling.item !== undefined && itemFields(job).length === 0) found.push({ path: at('item'), message: 'needs fetch' });
  if (telling.when === 'new' && !job.store) found.push({ path: at('when'), message: 'new needs store, which knows what is new' });
  if (telling.most !== undefined && telling.item === undefined) found.push({ path: at('most'), message: 'needs item' });
  for (const setting of ['text', 'item'] as const) {
    const unknown = templateFields(telling[setting] ?? '').filter((each) => !known.has(each));
    if (unknown.length > 0)
      found.push({ path: at(setting), message: `names no field: ${unknown.join(', ')}; there are ${[...known].join(', ')}` });
  }
  return found;
}
