import { parseUrl } from '@watchpost/shared/parse-url';
import { createSlackCalls } from '@watchpost/slack/calls';
import { usesSlack } from '@watchpost/slack/config';
import { z } from 'zod';
import type { DoctorConfig } from '../config.ts';
import { reportClock } from '../clock.ts';
import type { Check } from '../finding.ts';

const timeoutMs = 6_000;
/** Slack's signing secrets. */
const secretShape = /^[0-9a-f]{32}$/;
/** Ingest refuses what Slack has signed longer ago. Milliseconds. */
const signedAgoMs = 300_000;

/** How events reach us: the secret that proves them, the clock that dates them, the socket or the address. */
export function slackDoorChecks({ slack, files }: DoctorConfig, now: () => number): Check[] {
  if (!slack || !usesSlack(slack)) return [];
  const { SLACK_API_URL: apiUrl, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: secrets } = slack;
  const checks: Check[] = [secretCheck(secrets, appToken !== undefined), timeCheck(apiUrl, now)];
  if (appToken !== undefined) checks.push(socketCheck(apiUrl, appToken));
  if (files?.PUBLIC_URL !== undefined && appToken === undefined) checks.push(addressCheck(files.PUBLIC_URL));
  return checks;
}

function secretCheck(secrets: readonly string[] | undefined, hasSocket: boolean): Check {
  const id = 'slack.secret';
  const repair = 'copy the Signing Secret from Basic Information in the app’s settings';
  return {
    id,
    repair,
    examine: async (report) => {
      if (!secrets && hasSocket) report.ok(id, 'no signing secret is needed: events come over Socket Mode');
      else if (!secrets)
        report.warning(
          id,
          'events are proved by the verification token only, which Slack has deprecated',
          `set SLACK_SIGNING_SECRET: ${repair}`,
        );
      else if (secrets.every((secret) => secretShape.test(secret)))
        report.ok(id, `${secrets.length > 1 ? 'both signing secrets look' : 'the signing secret looks'} like one of Slack’s`);
      else
        report.warning(
          id,
          'SLACK_SIGNING_SECRET does not look like one of Slack’s (32 characters, 0-9 and a-f): every event would be refused',
          repair,
        );
    },
  };
}

function timeCheck(apiUrl: string, now: () => number): Check {
  const id = 'slack.time';
  return {
    id,
    repair: `look whether this machine reaches ${new URL(apiUrl).host}`,
    examine: async (report, signal) => {
      const oursMs = now();
      // Needs no token. Its date has whole seconds.
      const response = await fetch(`${apiUrl}api.test`, { method: 'POST', signal });
      await response.body?.cancel();
      const theirsMs = Date.parse(response.headers.get('date') ?? '');
      if (Number.isNaN(theirsMs)) report.note(id, 'Slack’s answer has no date to compare our clock with');
      else
        reportClock(
          report,
          id,
          { theirsMs: theirsMs + 500, oursMs: (oursMs + now()) / 2 },
          { who: 'Slack', warnMs: 30_000, faultMs: signedAgoMs - 60_000 },
        );
    },
  };
}

function socketCheck(apiUrl: string, token: string): Check {
  const id = 'slack.socket';
  const repair = 'turn on Socket Mode in the app’s settings, and give SLACK_APP_TOKEN an app-level token with connections:write';
  return {
    id,
    repair,
    examine: async (report, signal) => {
      // Only asks for an address: nobody connects, and no event goes there.
      const call = createSlackCalls({ token, apiUrl, timeoutMs });
      await call('apps.connections.open', {}, z.looseObject({ url: z.string() }), signal);
      report.ok(id, 'Slack accepts the app-level token, and Socket Mode is on');
    },
  };
}

/** An unsigned request must be refused by ingest itself: that shows that requests reach it. */
function addressCheck(publicUrl: string): Check {
  const id = 'slack.address';
  const url = `${publicUrl}/api/events`;
  const repair = `let your proxy pass POST ${parseUrl(url)?.pathname ?? '/api/events'} to ingest, with a certificate that Slack accepts`;
  return {
    id,
    repair,
    examine: async (report, signal) => {
      try {
        const { status, body } = await fetch(url, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
          redirect: 'manual',
          signal,
        });
        await body?.cancel();
        if (status === 401 || status === 403) report.ok(id, `${publicUrl} leads to ingest, which refuses what is not signed`);
        else report.warning(id, `${url} answers ${String(status)}, and not 401 as ingest does to what is not signed`, repair);
      } catch (error) {
        if (signal.aborted) throw error;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        report.warning(id, `${url} cannot be reached from here (${cause})`, repair);
      }
    },
  };
}
