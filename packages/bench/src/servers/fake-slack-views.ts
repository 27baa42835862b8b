import { faultsOfView } from '@watchpost/slack/blocks/faults';

/** A view that is open, or somebody's home. */
export interface FakeView {
  id: string;
  hash: string;
  view: Record<string, unknown>;
}

/** What a test decides about members and views, and sees of them. */
export interface FakePeople {
  /** Modals, newest last. */
  modals: FakeView[];
  /** By member. */
  homes: Map<string, FakeView>;
  /** By group: the members' ids. */
  userGroups: Map<string, string[]>;
  /** By id: names as Slack has them. */
  users: Map<string, { display_name?: string; real_name?: string; name?: string; deleted?: boolean }>;
  /** Bodies posted to response_urls. */
  responses: { path: string; body: Record<string, unknown> }[];
  /** The trigger of a click: good for one view, for three seconds. `ageMs`: how long ago that was. */
  trigger(ageMs?: number): string;
  /** The response_url of a click, good for five answers. `base`: of the fake Slack. `ageMs`: after 30 minutes it is good for none. */
  responseUrl(base: string, ageMs?: number): string;
}

export interface FakeViews extends FakePeople {
  /** Answers a method of views, users or usergroups; null: it is none of them. */
  answer(method: string, args: URLSearchParams): object | null;
  /** Takes an answer to a response_url: the status and the text of Slack's answer. */
  respond(path: string, body: Buffer): { status: number; text: string };
}

const refuse = (error: string, messages: string[] = []) => ({ ok: false, error, response_metadata: { messages } });

/** Members, views and response_urls of one fake Slack. */
export function createFakeViews(): FakeViews {
  const triggers = new Map<string, { untilMs: number; isUsed: boolean }>();
  const urls = new Map<string, { untilMs: number; left: number }>();
  let serial = 0;
  const next = (prefix: string): string => `${prefix}${String((serial += 1)).padStart(9, '0')}`;

  const take = (args: URLSearchParams, kept: (view: FakeView['view']) => FakeView | string): object => {
    const view: unknown = JSON.parse(args.get('view') ?? 'null');
    const faults = faultsOfView(view);
    if (faults.length > 0) return refuse('invalid_arguments', faults);
    const stored = kept(Object.fromEntries(Object.entries(Object(view))));
    return typeof stored === 'string' ? refuse(stored) : { ok: true, view: { ...stored.view, id: stored.id, hash: stored.hash } };
  };

  const open = (args: URLSearchParams): object => {
    const trigger = triggers.get(args.get('trigger_id') ?? '');
    if (!trigger) return refuse('invalid_trigger_id');
    if (trigger.isUsed) return refuse('exchanged_trigger_id');
    if (Date.now() > trigger.untilMs) return refuse('expired_trigger_id');
    return take(args, (view) => {
      trigger.isUsed = true;
      const opened = { id: next('V'), hash: next('h'), view };
      people.modals.push(opened);
      return opened;
    });
  };

  const replace = (args: URLSearchParams, found: FakeView | undefined, keep: (view: FakeView) => void): object => {
    const hash = args.get('hash');
    if (found && hash && hash !== found.hash) return refuse('hash_conflict');
    return take(args, (view) => {
      const replaced = { id: found?.id ?? next('V'), hash: next('h'), view };
      keep(replaced);
      return replaced;
    });
  };

  const update = (args: URLSearchParams): object => {
    const at = people.modals.findIndex(({ id }) => id === args.get('view_id'));
    return at === -1 ? refuse('not_found') : replace(args, people.modals[at], (view) => void people.modals.splice(at, 1, view));
  };

  const methods: Record<string, (args: URLSearchParams) => object> = {
    'views.open': open,
    'views.update': update,
    'views.publish': (args) => {
      const user = args.get('user_id') ?? '';
      return replace(args, people.homes.get(user), (view) => void people.homes.set(user, view));
    },
    'usergroups.users.list': (args) => {
      const users = people.userGroups.get(args.get('usergroup') ?? '');
      return users ? { ok: true, users } : refuse('no_such_subteam');
    },
    'users.info': (args) => {
      const id = args.get('user') ?? '';
      const user = people.users.get(id);
      if (!user) return refuse('user_not_found');
      const { display_name = '', real_name = '', name = '', deleted = false } = user;
      return { ok: true, user: { id, name, deleted, real_name, profile: { display_name, real_name } } };
    },
  };

  const people: FakeViews = {
    modals: [],
    homes: new Map(),
    userGroups: new Map(),
    users: new Map(),
    responses: [],
    trigger: (ageMs = 0) => {
      const id = next('trigger.');
      triggers.set(id, { untilMs: Date.now() + 3_000 - ageMs, isUsed: false });
      return id;
    },
    responseUrl: (base, ageMs = 0) => {
      const path = `/response/${next('')}`;
      urls.set(path, { untilMs: Date.now() + 1_800_000 - ageMs, left: 5 });
      return `${base}${path}`;
    },
    answer: (method, args) => methods[method]?.(args) ?? null,
    respond: (path, body) => {
      const url = urls.get(path);
      if (!url) return { status: 404, text: 'no_service' };
      if (Date.now() > url.untilMs) return { status: 404, text: JSON.stringify({ ok: false, error: 'expired_url' }) };
      if (url.left === 0) return { status: 404, text: JSON.stringify({ ok: false, error: 'used_url' }) };
      url.left -= 1;
      people.responses.push({ path, body: Object.fromEntries(Object.entries(Object(JSON.parse(body.toString())))) });
      return { status: 200, text: 'ok' };
    },
  };
  return people;
}
