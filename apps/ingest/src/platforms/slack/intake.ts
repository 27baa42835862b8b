import { hashOf } from '@watchpost/feeds/merge/hash';
import { type ConfigOf, wholeNumber } from '@watchpost/shared/config/parse-env';
import { answerAddresses, createAnswers, linePost } from '@watchpost/slack/answers';
import { noTracer } from '@watchpost/shared/observability/tracing';
import { createSlackCalls, type SlackCall } from '@watchpost/slack/calls';
import { slackChannel, slackPrefix } from '@watchpost/slack/channel';
import { slackEnv, slackIntakeEnv, slackIntakeFaults, usesSlack, type CompleteSlack } from '@watchpost/slack/config';
import type { Publishing } from '../../feeds/publishing.ts';
import { captionEnv } from '../camera-caption.ts';
import type { Intake, IntakeDeps, IntakePlatform } from '../platform.ts';
import { traced } from '../traced.ts';
import type { SlackIdentity } from './3-to-jobs.ts';
import { startBackfill, type Backfill } from './backfill/backfill.ts';
import { createFeedChannels, type FeedChannels } from './backfill/feed-channels.ts';
import { noteReceived } from './backfill/note-received.ts';
import { noticeQueueGaps } from './backfill/queue-gaps.ts';
import { createReadChannel } from './backfill/read-channel.ts';
import { createReadFeedChannel } from './backfill/read-feed-channel.ts';
import { createWatchedChannels } from './backfill/watched-channels.ts';
import { createTakeForFeeds, type TakeForFeeds } from './feeds/feeds.ts';
import { lookUpIdentity, type IdentityLookup } from './identity.ts';
import { createNamingDialog } from './interactions/naming-dialog.ts';
import {
  createTakeCommand,
  createTakeInteraction,
  type TakeCommand,
  type TakeInteraction,
  type TakeInteractionDeps,
} from './interactions/take.ts';
import { createRecentCaptions } from './recent-captions.ts';
import { createRedeliveryCounter } from './redeliveries.ts';
import { registerSlackRoutes } from './route.ts';
import { runSocketMode } from './socket/socket-mode.ts';
import { createTakeEnvelope } from './socket/take-envelope.ts';
import { createTakeEvent, type TakeEvent } from './take-event.ts';
import { createSeal } from './watch/2-to-jobs.ts';
import { createWatch } from './watch/watch.ts';

/** `auth.test` responds within a fraction of a second or not at all. Milliseconds. */
const slackTimeoutMs = 5_000;
/** For a dialog: a click's trigger is good for three seconds. */
const dialogTimeoutMs = 2_500;
/** For a page of the history. */
const historyTimeoutMs = 30_000;

const env = {
  ...slackEnv,
  ...slackIntakeEnv,
  ...captionEnv,
  /** How old messages may be that are fetched after an outage; a job's id is remembered for 26 hours. Milliseconds; 0: none is fetched. */
  BACKFILL_MAX_AGE_MS: wholeNumber(0, 86_400_000).default(86_400_000),
};
type SlackConfig = CompleteSlack<ConfigOf<typeof env>>;

/** Slack over HTTP, over Socket Mode, or both. Its identity is looked up in the background, so that ingest starts while Slack is unreachable. */
export const slackIntake: IntakePlatform<typeof env> = {
  env,
  faults: slackIntakeFaults,
  tokenOf: (config) => (usesSlack(config) ? config.SLACK_API_TOKEN : null),
  start: (config, deps, stopping) => {
    if (!usesSlack(config)) return null;
    const { SLACK_APP_TOKEN: appToken } = config;
    const { log, metrics, now, watching, publishing } = deps;
    const observe = deps.observe?.(slackPrefix).call;
    const callsFor = (token: string, timeoutMs: number): SlackCall =>
      createSlackCalls({ token, apiUrl: config.SLACK_API_URL, timeoutMs, observe });
    const call = callsFor(config.SLACK_API_TOKEN, slackTimeoutMs);
    const lookup = lookUpIdentity(call, log, stopping);

    const handlers = createHandlers(config, {
      ...deps,
      identity: lookup.current,
      onGap: (sinceMs) => backfill.onGap(sinceMs),
      ...createDialogs(config, { call, dialogCall: callsFor(config.SLACK_API_TOKEN, dialogTimeoutMs) }, deps, stopping),
    });
    const parts = { ...handlers, lookup, call: callsFor(config.SLACK_API_TOKEN, historyTimeoutMs) };
    const feedChannels = createRereading(config, deps, parts);
    const backfill = fetchMissed(config, deps, { ...parts, feedChannels }, stopping);
    const queueGaps = noticeQueueGaps({ sender: deps.sender, onGap: backfill.onLoss, now }, stopping);
    const rereading = config.BACKFILL_MAX_AGE_MS > 0 ? feedChannels.reread(stopping) : Promise.resolve();

    const socket = appToken
      ? runSocketMode(
          { call: callsFor(appToken, slackTimeoutMs), take: createTakeEnvelope(handlers), onGap: backfill.onGap, log, metrics, now },
          stopping,
        )
      : null;
    const noting = noteReceived(
      {
        isReceiving: () =>
          backfill.isComplete() &&
          (socket?.check() ?? true) === true &&
          ((watching.rules() ?? []).some(({ enabled }) => enabled) || publishing.feeds.all().length > 0),
        note: async (atMs, signal) => watching.noteReceived(slackPrefix, atMs, signal),
        log,
        now,
      },
      stopping,
    );
    return {
      register: (app) => handlers.register(app),
      checks: { 'slack-identity': lookup.check, ...(socket && { 'slack-socket': socket.check }) },
      done: Promise.all([lookup.done, backfill.done, socket?.done, noting, rereading, queueGaps]).then(() => undefined),
    };
  },
};

/** What was said while nobody received it. */
function fetchMissed(
  config: SlackConfig,
  { log, metrics, now, known, watching }: IntakeDeps,
  { call, takeEvent, lookup, feedChannels }: { call: SlackCall; takeEvent: TakeEvent; lookup: IdentityLookup; feedChannels: FeedChannels },
  stopping: AbortSignal,
): Backfill {
  return startBackfill(
    {
      channels: config.READ_SLACK_CHANNEL_ID,
      readChannel: createReadChannel(call, takeEvent),
      newest: async (channel, beforeMs, signal) => known.newest(slackChannel(channel), beforeMs, signal),
      watched: createWatchedChannels({ call, watching, adminChannel: config.ADMIN_SLACK_CHANNEL_ID ?? null, log }),
      readFeedChannels: async (sinceMs, signal) => feedChannels.fill(sinceMs, signal),
      receivedUntil: async (signal) => watching.receivedUntil(slackPrefix, signal),
      identified: lookup.done,
      maxAgeMs: config.BACKFILL_MAX_AGE_MS,
      log,
      metrics,
      now,
    },
    stopping,
  );
}

/** What reads the channels of feeds again. */
function createRereading(
  config: Pick<SlackConfig, 'ADMIN_SLACK_CHANNEL_ID'>,
  { log, metrics, now, watching, publishing }: IntakeDeps,
  { call, forFeeds, lookup }: { call: SlackCall; forFeeds: TakeForFeeds; lookup: IdentityLookup },
): FeedChannels {
  const { feeds, times } = publishing;
  const entriesOf: Publishing['entriesOf'] = async (channel, fromMs, signal) => publishing.entriesOf(channel, fromMs, signal);
  const ownMember = (): string | null => lookup.current()?.userId ?? null;
  const takes: Publishing['times']['takes'] = (feed, postedAtMs) => times.takes(feed, postedAtMs);
  return createFeedChannels({
    feeds,
    times,
    read: createReadFeedChannel({ call, feeds, take: forFeeds, entriesOf, hashOf, takes, ownMember, now }),
    receivedUntil: async (signal) => watching.receivedUntil(slackPrefix, signal),
    identified: lookup.done,
    adminChannel: config.ADMIN_SLACK_CHANNEL_ID ?? null,
    log,
    metrics,
    now,
  });
}

/** The dialog, and how somebody is told something. */
function createDialogs(
  { SLACK_API_URL: apiUrl }: Pick<SlackConfig, 'SLACK_API_URL'>,
  { call, dialogCall }: { call: SlackCall; dialogCall: SlackCall },
  { log, metrics, known }: IntakeDeps,
  stopping: AbortSignal,
): Pick<TakeInteractionDeps, 'dialog' | 'tell'> {
  const answer = createAnswers({ call, allows: answerAddresses(apiUrl) });
  const tell: TakeInteractionDeps['tell'] = (to, text) => {
    answer(to, linePost([{ text }]), stopping).catch((err: unknown) =>
      log.info({ err }, 'somebody could not be told what became of a click'),
    );
  };
  const dialogs = metrics.counter('ingest_dialogs_total', 'Dialogs asked for by a click', ['outcome']);
  const count = (outcome: string): void => dialogs.inc({ outcome });
  return { tell, dialog: createNamingDialog({ call: dialogCall, known, tell, count, log }, stopping) };
}

/** What of the configuration the handlers need. */
export type SlackIntakeConfig = Pick<
  SlackConfig,
  | 'READ_SLACK_CHANNEL_ID'
  | 'WRITE_SLACK_CHANNEL_ID'
  | 'ADMIN_SLACK_CHANNEL_ID'
  | 'SLACK_API_TOKEN'
  | 'SLACK_SIGNING_SECRET'
  | 'SLACK_VERIFICATION_TOKEN'
  | 'CAMERA_CAPTION_PATTERN'
>;

export interface SlackHandlerDeps extends IntakeDeps, Pick<TakeInteractionDeps, 'dialog' | 'tell'> {
  /** Who we are on Slack; null until `auth.test` has succeeded. */
  identity: () => SlackIdentity | null;
  onGap: (sinceMs: number) => void;
}

/** What Slack sends is taken by these, whichever way it comes. */
export interface SlackHandlers extends Pick<Intake, 'register'> {
  takeEvent: TakeEvent;
  forFeeds: TakeForFeeds;
  takeInteraction: TakeInteraction;
  takeCommand: TakeCommand;
  countRedelivery: (reason: string) => void;
  ingestMetrics: IntakeDeps['ingestMetrics'];
}

/** The handlers, and their routes. */
export function createHandlers(config: SlackIntakeConfig, deps: SlackHandlerDeps): SlackHandlers {
  const seal = createSeal(deps.messageKeys);
  const readChannels = new Set(config.READ_SLACK_CHANNEL_ID);
  const { WRITE_SLACK_CHANNEL_ID: writeChannel, ADMIN_SLACK_CHANNEL_ID: adminChannel = null } = config;
  const forFeeds = createTakeForFeeds({ ...deps, ...deps.publishing, adminChannel, seal });
  const { tracer = noTracer } = deps;
  const taken = createTakeEvent({
    ...deps,
    forFeeds,
    readChannels,
    writeChannel,
    judge: () => deps.watching.judge(),
    watch: createWatch({ ...deps, seal, places: { readChannels, writeChannel, adminChannel } }),
    captionPattern: config.CAMERA_CAPTION_PATTERN,
    captions: createRecentCaptions(),
  });
  const handlers = {
    takeEvent: {
      ...taken,
      delivery: traced(tracer, 'slack event', async (...args: Parameters<TakeEvent['delivery']>) => taken.delivery(...args)),
    },
    forFeeds,
    takeInteraction: traced(tracer, 'slack interaction', createTakeInteraction(deps)),
    takeCommand: traced(tracer, 'slack command', createTakeCommand({ ...deps, envelope: seal.envelope })),
    countRedelivery: createRedeliveryCounter(deps.metrics),
    ingestMetrics: deps.ingestMetrics,
  };
  const signingSecrets = config.SLACK_SIGNING_SECRET ?? null;
  const verificationToken = config.SLACK_VERIFICATION_TOKEN ?? null;
  return {
    ...handlers,
    register: (app) => {
      // Without either nobody could be told from Slack: then everything comes over the socket.
      if (signingSecrets ?? verificationToken) {
        registerSlackRoutes(app, { ...handlers, signingSecrets, verificationToken, log: deps.log, now: deps.now });
      }
    },
  };
}
