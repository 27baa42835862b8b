import { createJudge } from '@watchpost/rules/create-judge';
import { describeRule } from '@watchpost/rules/notation/describe';
import { describeChange } from '@watchpost/rules/notation/describe-change';
import { settingsOf, type Rule } from '@watchpost/rules/rule';
import { findRule } from '@watchpost/rules/rule-name';
import type { RuleChange, Rules } from '@watchpost/rules/rules';
import { createRules } from '@watchpost/rules/store/rules';
import { judgeForLook, tryOnMessages } from '@watchpost/rules/try-rule';
import { readChannelId } from '@watchpost/rules/notation/ids';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorIdOf } from '../../sign-in/actor.ts';
import { mayAct } from '../../sign-in/user.ts';
import { createOverview, violationsOf, would } from './overview.ts';
import { readLook, readSettings } from './read-settings.ts';
import {
  changeParams,
  changesAnswer,
  changesQuery,
  checkAnswer,
  checkBody,
  editBody,
  ruleAnswer,
  ruleParams,
  rulesAnswer,
  settingsBody,
  tryAnswer,
  tryBody,
  wouldAnswer,
  type TryAnswer,
} from './schema.ts';

const tags = ['rules'];
const mostChanges = 100;
const mostShown = 200;
const admin = { role: 'admin' } as const;

/** The rules of the database. Throws `gallery-unavailable` while it is away. */
const rulesOf = ({ database, config }: ConsoleDeps): Rules =>
  createRules(database.parts().documents, { canQuarantine: config.QUARANTINE_KEY !== undefined });

/** What the page Rules asks for. */
export function registerRules(app: ConsoleApp, deps: ConsoleDeps): void {
  registerReading(app, deps);
  registerChanging(app, deps);
  registerTrying(app, deps);
}

function registerReading(app: ConsoleApp, deps: ConsoleDeps): void {
  const overview = createOverview(deps, () => rulesOf(deps));
  app.get(
    '/api/rules',
    { schema: { tags, summary: 'All rules, with what they came to in the last week', response: { 200: rulesAnswer } } },
    async ({ ending }) => overview(ending),
  );
  app.get(
    '/api/rules/changes',
    { schema: { tags, summary: 'Changes of the rules, the newest first', querystring: changesQuery, response: { 200: changesAnswer } } },
    async ({ query: { rule }, ending: signal }) => {
      const rules = rulesOf(deps);
      const [now, changes] = await Promise.all([rules.list(signal), rules.changes(rule === undefined ? mostChanges : 1_000, signal)]);
      const ours = changes.filter(({ before, after }) => rule === undefined || (after ?? before)?.id === rule).slice(0, mostChanges);
      return { changes: ours.flatMap((change) => shownChange(change, now)) };
    },
  );
  app.get(
    '/api/rules/:id/would',
    {
      schema: { tags, summary: 'What a rule would have done since its dry run began', params: ruleParams, response: { 200: wouldAnswer } },
    },
    async ({ params: { id }, ending: signal }) => {
      const rule = findRule(await rulesOf(deps).list(signal), id);
      return would(rule, violationsOf(deps), signal);
    },
  );
}

function registerChanging(app: ConsoleApp, deps: ConsoleDeps): void {
  app.post(
    '/api/rules',
    { config: admin, schema: { tags, summary: 'Add a rule; it begins in dry run', body: settingsBody, response: { 200: ruleAnswer } } },
    async (request) => {
      const { name, look, ...rest } = readSettings(request.body);
      if (name === undefined || !look) throw new AppError('rule-invalid', 'a rule needs a name, and what it looks for');
      return rulesOf(deps).add({ ...rest, name, look }, actorIdOf(request), request.ending);
    },
  );
  app.put(
    '/api/rules/:id',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Change a rule; with `changedAtMs` only if nobody changed it since',
        params: ruleParams,
        body: editBody,
        response: { 200: ruleAnswer },
      },
    },
    async (request) => {
      const { changedAtMs, ...body } = request.body;
      const settings = { ...readSettings(body), ...(changedAtMs !== undefined && { changedAtMs }) };
      return rulesOf(deps).edit(request.params.id, settings, actorIdOf(request), request.ending);
    },
  );
  app.delete(
    '/api/rules/:id',
    { config: admin, schema: { tags, summary: 'Remove a rule', params: ruleParams, response: { 200: ruleAnswer } } },
    async (request) => rulesOf(deps).remove(request.params.id, actorIdOf(request), request.ending),
  );
  app.post(
    '/api/rules/changes/:number/put-back',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Have a rule as it was after this change, or before it was removed',
        params: changeParams,
        response: { 200: ruleAnswer },
      },
    },
    async (request) => putBack(request.params.number, actorIdOf(request), deps, request.ending),
  );
}

/** A rule that was removed comes back as a new one. */
async function putBack(number: number, actor: string, deps: ConsoleDeps, signal: AbortSignal): Promise<Rule> {
  const rules = rulesOf(deps);
  const change = (await rules.changes(10_000, signal)).find((each) => each.number === number);
  const version = change?.after ?? change?.before;
  if (!version) throw new AppError('rule-not-found', 'this change is not known any more');
  const isThere = (await rules.list(signal)).some(({ id }) => id === version.id);
  return isThere ? rules.edit(version.id, settingsOf(version), actor, signal) : rules.add(settingsOf(version), actor, signal);
}

function registerTrying(app: ConsoleApp, deps: ConsoleDeps): void {
  app.post(
    '/api/rules/check',
    { config: admin, schema: { tags, summary: 'Whether a rule could be saved so', body: checkBody, response: { 200: checkAnswer } } },
    async ({ body: { id, settings }, ending }) => {
      try {
        const rule = await rulesOf(deps).check(id, readSettings(settings), ending);
        return { fault: null, described: describeRule(rule) };
      } catch (thrown) {
        const { code, message, retry } = toAppError(thrown);
        if (retry !== 'permanent') throw thrown;
        return { fault: { code, message }, described: null };
      }
    },
  );
  app.post(
    '/api/rules/try',
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: 'What a rule finds in a text or, for admins, in the newest messages of a channel',
        body: tryBody,
        response: { 200: tryAnswer },
      },
    },
    async (request) => {
      const { body, ending, user } = request;
      // What a pattern of one's own finds in a channel tells what was said there.
      if ('channel' in body.on && !(user && mayAct(user, 'admin')))
        throw new AppError('request-forbidden', 'only an admin tries a rule on the messages of a channel: try a text');
      return tryRule(body, deps, ending);
    },
  );
}

async function tryRule({ what, on }: z.output<typeof tryBody>, deps: ConsoleDeps, signal: AbortSignal): Promise<TryAnswer> {
  const stored = 'id' in what ? findRule(await rulesOf(deps).list(signal), what.id) : null;
  const typed = 'look' in what ? judgeForLook(readLook(what.look)) : null;
  const judge = typed?.judge ?? createJudge(stored ? [stored] : []);
  const [rule] = judge.rules;
  if (!rule) throw new AppError('pattern-invalid', judge.broken[0]?.reason ?? 'the rule cannot be applied');
  const refused = typed?.refused ?? null;
  if ('text' in on) {
    const matches = await judge.judge([{ where: 'text', text: on.text }], () => true, signal);
    return { matches: matches.slice(0, mostShown).map((match) => ({ ...bare(match), message: null })), messages: null, refused };
  }
  return { ...(await tryOnChannel(rule, on, deps, signal)), refused };
}

async function tryOnChannel(
  rule: Rule,
  { channel: typed, last }: { channel: string; last: number },
  { platformFor }: ConsoleDeps,
  signal: AbortSignal,
): Promise<Omit<TryAnswer, 'refused'>> {
  const channel = readChannelId(typed);
  if (!channel) throw new AppError('usage-invalid', 'write the id of the channel, such as C0123ABCD');
  const platform = platformFor(channel);
  if (!platform?.moderation)
    throw new AppError(
      'channel-not-available',
      'messages can be read only where the console has the token of the chat platform: set it, or try a text',
    );
  const messages = await platform.moderation.recent(channel, last, signal);
  const { looked, found } = await tryOnMessages(rule, messages, signal);
  const matches = await Promise.all(
    found.slice(0, mostShown).map(async ({ message, matches: each }) => {
      const link = await platform.chat.permalink(channel, message.messageId, signal).catch(() => null);
      return each.map((match) => ({ ...bare(match), message: { id: message.messageId, postedAtMs: message.postedAtMs, link } }));
    }),
  );
  const files = looked.reduce((sum, { content }) => sum + content.files.length, 0);
  return { matches: matches.flat().slice(0, mostShown), messages: { looked: looked.length, matched: found.length, files } };
}

const bare = ({ where, start, end, masked }: { where: string; start: number; end: number; masked: string }) => ({
  where,
  start,
  end,
  masked,
});

function shownChange(change: RuleChange, now: readonly Rule[]) {
  const version = change.after ?? change.before;
  if (!version) return [];
  const { number, atMs, actor, what } = change;
  const current = now.find(({ id }) => id === version.id);
  const isCurrent = current !== undefined && current.changedAtMs === version.changedAtMs;
  return [{ number, atMs, actor, what, rule: version.id, name: version.name, text: describeChange(change), isCurrent }];
}
