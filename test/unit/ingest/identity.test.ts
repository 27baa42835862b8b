import { startFakeSlack } from '@watchpost/bench/servers/fake-slack';
import { lookUpIdentity } from '@watchpost/ingest/platforms/slack/identity';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createSlackCalls } from '@watchpost/slack/calls';
import { expect, it, onTestFinished } from 'vitest';
import { startGuardedSlack, type Permissions } from '../../support/guarded-slack.ts';
import { until } from '../../support/until.ts';

async function look(over: Partial<Permissions>, remindMs?: number) {
  const behind = await startFakeSlack();
  const slack = await startGuardedSlack(behind, over);
  const stopping = new AbortController();
  const lines: string[] = [];
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
  let calls = 0;
  slack.onCall = () => void (calls += 1);
  const call = createSlackCalls({ token: 'xoxb-good', apiUrl: slack.apiUrl, timeoutMs: 1_000 });
  const lookup = lookUpIdentity(call, log, stopping.signal, remindMs);
  onTestFinished(async () => {
    stopping.abort();
    await lookup.done;
    await slack.close();
    await behind.close();
  });
  return { lookup, slack, lines, calls: () => calls };
}

it('the identity is not known while the token is wrong; readiness and the log say what to do, and a repair is noticed', async () => {
  const { lookup, slack, lines } = await look({ token: 'xoxb-other' });
  const reason = await until('it says why', () => typeof lookup.check() === 'string' && lookup.check());
  expect(reason).toBe(
    'Slack does not accept the bot token (auth.test: invalid_auth): check SLACK_API_TOKEN: it must be the bot token of the installed app',
  );
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 50, msg: reason });
  slack.permissions.token = 'xoxb-good';
  await until('it is known', () => lookup.check() === true);
  expect(lookup.current()).toMatchObject({ userId: 'U0WATCH', botId: 'B0WATCH' });
});

it('a Slack that is away gives readiness no sentence: nobody here can repair that', async () => {
  const { lookup, lines } = await look({ isAway: true });
  await until('it has failed', () => lines.length > 0);
  expect([lookup.check(), lookup.current()]).toEqual([false, null]);
});

it('what does not change is said once, and again as a reminder', async () => {
  const silent = await look({ token: 'xoxb-other' });
  const reminding = await look({ token: 'xoxb-other' }, 500);
  await until('both have asked twice', () => Math.min(silent.calls(), reminding.calls()) > 1 && reminding.lines.length > 1, 4_000);
  expect([silent.lines, reminding.lines].map(({ length }) => length)).toEqual([1, 2]);
});
