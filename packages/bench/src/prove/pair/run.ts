import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Env } from '@watchpost/shared/config/parse-env';
import { pause, within } from '@watchpost/shared/wait';
import type { VisitBody } from '@watchpost/visits/visit';
import { createNetwork } from '../machines/network.ts';
import { createCameras, type Cameras } from './cameras.ts';
import type { Faults } from './faults.ts';
import { createJournal, type Journal } from './journal.ts';
import { isSettled, judgePersons, judgeSkipped, judgeSnapshot, judgeVisits, type Breach, type Outcome } from './judge.ts';
import { untilReady } from './crew.ts';
import { startPair, type Pair, type Shape } from './pair.ts';
import { planPair, type Plan, type PlannedFault } from './plan.ts';
import { breakUntilRepaired, judgeAttempts, type Repair } from './repairs.ts';
import { startLyingSlack, type LyingSlack } from './slack/server.ts';
import type { Post } from './slack/workspace.ts';
import { mistreat } from './stores.ts';
import { openWitness, type Witness } from './witness.ts';

export interface RunOptions {
  shape: Shape;
  seed: number;
  snapshots: number;
  faults: Faults;
  short: boolean;
}

/** What is left when everything is quiet. */
export interface Finished {
  outcomes: Outcome[];
  visits: VisitBody[];
  posts: Post[];
  persons: string[];
  breaches: Breach[];
  journal: Journal;
  log: string;
  elapsedMs: number;
}

/** The launcher forgets failures after a minute without one. Milliseconds. */
const delicateEveryMs = 70_000;
/** Without any progress for so long, what is unfinished is lost. Milliseconds. */
const patienceMs = { long: 300_000, short: 75_000 };
/** How long Slack may still be about to post something at the end. Milliseconds. */
const aftermathMs = 35_000;
/** Edits wait for more to say for three seconds. Milliseconds. */
const calmMs = 8_000;
/** How long the pair may take to be ready again when all is quiet. Milliseconds. */
const readyWithinMs = 60_000;

/** Posts everything, does everything that the plan says, waits until all is quiet, and looks at what came of it. */
export async function runPair(options: RunOptions, env: Env, signal: AbortSignal, warn: (line: string) => void): Promise<Finished> {
  setMaxListeners(0, signal);
  const { faults, short, seed } = options;
  const journal = createJournal();
  const lies = short ? { share: 0.1, times: 1 } : { share: 0.15, times: 2 };
  const network = options.shape === 'machines' ? await createNetwork() : null;
  const slack = await startLyingSlack({ seed, faults, ...lies }, journal, network?.hostAddress);
  const secret = randomBytes(16).toString('hex');
  let pair: Pair | undefined;
  try {
    pair = await startPair({ ...options, env, slack, secret, journal, network }, signal);
    const plan = planPair({ ...options, stores: pair.stores.length, hasLauncher: pair.launcher !== null });
    warn(`${options.shape}: ready after ${inSeconds(journal.nowMs())}; posting for ${inSeconds(plan.forMs)}`);
    const targets = pair.members.flatMap(({ kind, url }) => (kind === 'ingest' ? [url] : []));
    const cameras = createCameras({
      messages: plan.messages,
      workspace: slack.workspace,
      slackUrl: slack.url,
      seed,
      secret,
      targets,
      journal,
    });
    slack.lie();
    const stage: Stage = { cameras, pair, slack, journal, short, repairs: [], found: [] };
    await play(plan, stage, signal);
    warn(`${options.shape}: everything was sent after ${inSeconds(journal.nowMs())}; waiting until it is quiet`);
    const witness = await openWitness(pair.storage, signal);
    const outcomes = await untilQuiet({ cameras, slack, witness, journal }, short ? patienceMs.short : patienceMs.long, signal);
    await pause(faults.has('late') ? aftermathMs : calmMs, signal);
    const posts = slack.workspace.posts();
    const visits = await witness.visits();
    const log = pair.log();
    const stalled = log.split('\n').filter((line) => line.includes('job stalled'));
    const last: Outcome[] = [];
    for (const each of outcomes) {
      const { snapshotId } = each.sent;
      const names = each.record?.outcome === 'faces' ? await witness.names(snapshotId) : [];
      last.push({
        ...each,
        names,
        visits: visitsWith(visits, snapshotId),
        stalls: stalled.filter((line) => line.includes(snapshotId)).length,
      });
    }
    const persons = await witness.people();
    await witness.close();
    const breaches = [
      ...last.flatMap(judgeSnapshot),
      ...judgeVisits(visits, last, posts),
      ...judgeSkipped(last),
      ...judgePersons(last, persons),
      ...judgeAttempts(log, stage.repairs),
      ...stage.found,
      ...(await judgeReadiness(pair, signal)),
      ...(pair.launcher?.endings() ?? []).map((what) => ({ subject: 'launcher', what })),
    ];
    return { outcomes: last, visits, posts, persons, breaches, journal, log, elapsedMs: journal.nowMs() };
  } finally {
    await pair?.stop();
    await slack.stop();
    await network?.remove();
  }
}

/** In the end every process has to be ready again. */
async function judgeReadiness({ members }: Pair, signal: AbortSignal): Promise<Breach[]> {
  const each = members.map(async ({ name, url }) => {
    const limit = within(signal, readyWithinMs);
    return untilReady([url], limit).then(
      () => [],
      () => [{ subject: name, what: 'is not ready in the end' }],
    );
  });
  return (await Promise.all(each)).flat();
}

interface Stage {
  cameras: Cameras;
  pair: Pair;
  slack: LyingSlack;
  journal: Journal;
  short: boolean;
  /** What was broken and repaired on the way, and what was found wrong meanwhile. */
  repairs: Repair[];
  found: Breach[];
}

async function play({ messages, faults }: Plan, stage: Stage, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  const at = async (atMs: number): Promise<void> => pause(Math.max(0, atMs - (performance.now() - startedAtMs)), signal);
  const perform = createPerformer(stage);
  const posting = messages.map(async (message) => {
    await at(message.atMs);
    await stage.cameras.post(message, signal);
  });
  const doing = faults.map(async (fault) => {
    await at(fault.atMs);
    await perform(fault);
  });
  await Promise.all([...posting, ...doing]);
}

function createPerformer({ pair, slack, journal, short, repairs, found }: Stage): (fault: PlannedFault) => Promise<void> {
  const killedAtMs = new Map<string, number>();
  let stores = Promise.resolve();
  const kill = (kind: 'worker' | 'ingest', which: number): void => {
    const isRested = (name: string): boolean => !short && journal.nowMs() - (killedAtMs.get(name) ?? -Infinity) > delicateEveryMs;
    const rested = pair.members.filter((member) => member.kind === kind && (!pair.delicate.includes(member) || isRested(member.name)));
    const member = rested[which % rested.length];
    if (!member) return;
    killedAtMs.set(member.name, journal.nowMs());
    member.kill();
  };
  return async (fault) => {
    switch (fault.kind) {
      case 'kill worker':
        return kill('worker', fault.which);
      case 'kill ingest':
        return kill('ingest', fault.which);
      case 'token':
      case 'membership': {
        const workers = pair.members.filter((member) => member.kind === 'worker');
        const { repair, breaches } = await breakUntilRepaired(fault.kind, fault.forMs, { slack, workers, journal });
        repairs.push(repair);
        found.push(...breaches);
        return undefined;
      }
      case 'kill launcher':
        return pair.launcher?.kill();
      case 'restart':
      case 'freeze':
      case 'disk': {
        const store = pair.stores[fault.store];
        if (!store) return undefined;
        // One after the other, however long the last one took.
        stores = stores.then(async () => mistreat(store, fault.kind, fault.forMs, journal));
        return stores;
      }
      default:
        return fault satisfies never;
    }
  };
}

async function untilQuiet(
  { cameras, slack, witness, journal }: { cameras: Cameras; slack: LyingSlack; witness: Witness; journal: Journal },
  patience: number,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const settled = new Map<string, Outcome>();
  let revisions = '';
  for (let changedAtMs = journal.nowMs(); ; await pause(500, signal)) {
    const visits = await witness.visits();
    const outcomes: Outcome[] = [];
    for (const sent of cameras.sent()) {
      const known = settled.get(sent.snapshotId);
      const record = known?.record ?? (await witness.record(sent.snapshotId));
      const outcome = { sent, record, names: [], visits: visitsWith(visits, sent.snapshotId), stalls: 0 };
      if (isSettled(outcome)) settled.set(sent.snapshotId, outcome);
      else settled.delete(sent.snapshotId);
      outcomes.push(outcome);
    }
    if (settled.size === outcomes.length) return outcomes;
    const done = visits.map(({ verdict, shownRevision, post }) => `${verdict} ${String(shownRevision)} ${String(post?.progress?.state)}`);
    const now = `${outcomes.map(({ record }) => record?.revision ?? 0).join()} ${done.join()} ${String(slack.workspace.posts().length)}`;
    if (now !== revisions) changedAtMs = journal.nowMs();
    else if (journal.nowMs() - changedAtMs > patience) return outcomes;
    revisions = now;
  }
}

const visitsWith = (visits: readonly VisitBody[], id: string): VisitBody[] =>
  visits.filter(({ snapshots }) => snapshots.some(({ snapshotId }) => snapshotId === id));

const inSeconds = (ms: number): string => `${String(Math.round(ms / 1_000))} s`;
