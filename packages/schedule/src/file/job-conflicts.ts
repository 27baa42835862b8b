import { secretsIn } from '../secrets.ts';
import { templateFields } from '../template.ts';
import { feedFields, ownNumbers, runFields } from '../names.ts';
import { placeFault } from '../pick/place-fault.ts';
import type { FetchSettings, FieldSettings, JobSettings, MailSettings, PostSettings } from './schedule-file.ts';

interface Conflict {
  path: (string | number)[];
  message: string;
}

/** What is wrong between the settings of one job. Pure. */
export function jobConflicts(job: JobSettings): Conflict[] {
  return [
    ...timesOf(job),
    ...sourceOf(job),
    ...headersOf(job),
    ...placesOf(job),
    ...keyOf(job),
    ...tellingOf('post', job, job.post),
    ...tellingOf('mail', job, job.mail),
  ];
}

function timesOf({ cron, every }: JobSettings): Conflict[] {
  if ((cron === undefined) === (every === undefined)) return [{ path: [], message: 'needs either cron or every' }];
  return [];
}

function sourceOf({ fetch, numbers, pick, store, post, mail }: JobSettings): Conflict[] {
  const has = { source: Boolean(fetch ?? numbers), effect: Boolean(store ?? post ?? mail) };
  const found: Conflict[] = [];
  if (fetch && numbers) found.push({ path: ['numbers'], message: 'does not go with fetch: one job has one source' });
  if (pick && !fetch) found.push({ path: ['pick'], message: 'needs fetch' });
  if (store && !has.source) found.push({ path: ['store'], message: 'needs fetch or numbers' });
  if (!has.effect) found.push({ path: [], message: 'does nothing: it needs store, post or mail' });
  return found;
}

/** Redirects to other servers go without headers of such names. */
const secretHeader = /^(authorization|cookie|.*(token|key|secret).*)$/i;

function headersOf({ fetch }: JobSettings): Conflict[] {
  return Object.entries(fetch?.headers ?? {})
    .filter(([name, value]) => secretsIn(value).length > 0 && !secretHeader.test(name))
    .map(([name]) => ({
      path: ['fetch', 'headers', name],
      message: 'may hold no secret: authorization, cookie, or names with token, key or secret may',
    }));
}

function placesOf({ fetch, pick }: JobSettings): Conflict[] {
  if (!fetch) return [];
  const { as } = fetch;
  const { items, fields = {} } = pick ?? {};
  const hasItems = as === 'json' || as === 'html';
  const found: Conflict[] = [];
  if (hasItems && Object.keys(fields).length === 0)
    found.push({ path: ['fetch'], message: `needs pick.fields: ${as} has no fields of its own` });
  if (items !== undefined && !hasItems) found.push({ path: ['pick', 'items'], message: `does not go with ${as}` });
  else if (items !== undefined) found.push(...faultAt(as, items, ['pick', 'items']));
  return [...found, ...Object.entries(fields).flatMap(([name, field]) => fieldOf(as, field, ['pick', 'fields', name]))];
}

function fieldOf(as: FetchSettings['as'], { at, attribute }: FieldSettings, path: string[]): Conflict[] {
  if (attribute !== undefined && as !== 'html') return [{ path, message: `has no attribute in ${as}` }];
  if (at !== undefined) return faultAt(as, at, path);
  return as === 'html' || as === 'text' ? [] : [{ path, message: 'needs at' }];
}

function faultAt(as: FetchSettings['as'], place: string, path: string[]): Conflict[] {
  const message = placeFault(as, place);
  return message === null ? [] : [{ path, message }];
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
    found.push({
      path: ['store', 'keep'],
      message: `must be ${String(most)} at least, as many as are picked: else they would be new each time`,
    });
  if (store.into === 'quotes' && !itemFields(job).includes('text'))
    found.push({ path: ['store', 'into'], message: 'quotes need a field text' });
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
