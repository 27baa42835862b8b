import { faultsOfView } from '@watchpost/slack/blocks/faults';
import { createFakeWorkspace, workspaceMethods, type FakeWorkspace } from './fake-slack-workspace.ts';

/** A view that is open, or somebody's home. */
export interface FakeView {
  id: string;
  hash: string;
  view: Record<string, unknown>;
}

/** What a test decides about members and views, and sees of them. */
export interface FakePeople extends FakeWorkspace {
  /** Modals, newest last. */
  modals: FakeView[];
  /** By member. */
  homes: Map<string, FakeView>;
  /** Bodies posted to response_urls. */
  responses: { path: string; body: Record<string, unknown> }[];
  /** The trigger of a click: good for one view, for three seconds. `ageMs`: how long ago that was. */
  trigger(ageMs?: number): string;
  /** The response_url of a click, good for five answers. `base`: of the fake Slack. `ageMs`: after 30 minutes it is good for none. */
  responseUrl(base: string, ageMs?: number): string;
}

export interface FakeViews extends FakePeople {
  /** Answers a method of views, or of the workspace; null: it is none of them. */
  answer(method: string, args: URLSearchParams): object | null;
  /** Takes an answer to a response_url: the status and the text of Slack's answer. */
  respond(path: string, body: Buffer): { status: number; text: string };
}

const refuse = (error: string, messages: string[] = []) => ({ ok: false, error, response_metadata: { messages } });

/** Members, views and response_urls of one fake Slack. */
export function createFakeViews(): FakeViews {
  const views = createModals();
  const urls = createResponseUrls();
  const people = createFakeWorkspace();
  const methods = { ...views.methods, ...workspaceMethods(people) };
  return {
    ...people,
    modals: views.modals,
    homes: views.homes,
    trigger: views.trigger,
    responses: urls.responses,
    responseUrl: urls.make,
    respond: urls.respond,
    answer: (method, args) => methods[method]?.(args) ?? null,
  };
}

type Methods = Record<string, (args: URLSearchParams) => object>;

function createModals() {
  const triggers = new Map<string, { untilMs: number; isUsed: boolean }>();
  const [modals, homes]: [FakeView[], Map<string, FakeView>] = [[], new Map()];
  let serial = 0;
  const next = (prefix: string): string => `${prefix}${String((serial += 1)).padStart(9, '0')}`;

  const take = (args: URLSearchParams, found: FakeView | undefined, keep: (view: FakeView) => void): object => {
    const hash = args.get('hash');
    if (found && hash && hash !== found.hash) return refuse('hash_conflict');
    const view: unknown = JSON.parse(args.get('view') ?? 'null');
    const faults = faultsOfView(view);
    if (faults.length > 0) return refuse('invalid_arguments', faults);
    const stored = { id: found?.id ?? next('V'), hash: next('h'), view: Object.fromEntries(Object.entries(Object(view))) };
    keep(stored);
    return { ok: true, view: { ...stored.view, id: stored.id, hash: stored.hash } };
  };

  const open = (args: URLSearchParams): object => {
    const trigger = triggers.get(args.get('trigger_id') ?? '');
    if (!trigger) return refuse('invalid_trigger_id');
    if (trigger.isUsed) return refuse('exchanged_trigger_id');
    if (Date.now() > trigger.untilMs) return refuse('expired_trigger_id');
    return take(args, undefined, (view) => {
      trigger.isUsed = true;
      modals.push(view);
    });
  };

  const update = (args: URLSearchParams): object => {
    const at = modals.findIndex(({ id }) => id === args.get('view_id'));
    return at === -1 ? refuse('not_found') : take(args, modals[at], (view) => void modals.splice(at, 1, view));
  };

  const publish = (args: URLSearchParams): object => {
    const user = args.get('user_id') ?? '';
    return take(args, homes.get(user), (view) => void homes.set(user, view));
  };

  const trigger = (ageMs = 0): string => {
    const id = next('trigger.');
    triggers.set(id, { untilMs: Date.now() + 3_000 - ageMs, isUsed: false });
    return id;
  };
  const methods: Methods = { 'views.open': open, 'views.update': update, 'views.publish': publish };
  return { modals, homes, trigger, methods };
}

function createResponseUrls() {
  const urls = new Map<string, { untilMs: number; left: number }>();
  const responses: FakePeople['responses'] = [];
  const refusal = (error: string) => ({ status: 404, text: JSON.stringify({ ok: false, error }) });
  return {
    responses,
    make: (base: string, ageMs = 0): string => {
      const path = `/response/${String(urls.size + 1)}`;
      urls.set(path, { untilMs: Date.now() + 1_800_000 - ageMs, left: 5 });
      return `${base}${path}`;
    },
    respond: (path: string, body: Buffer): { status: number; text: string } => {
      const url = urls.get(path);
      if (!url) return refusal('no_service');
      if (Date.now() > url.untilMs) return refusal('expired_url');
      if (url.left === 0) return refusal('used_url');
      url.left -= 1;
      responses.push({ path, body: Object.fromEntries(Object.entries(Object(JSON.parse(body.toString())))) });
      return { status: 200, text: 'ok' };
    },
  };
}
