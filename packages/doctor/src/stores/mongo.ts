import type { MongoFacts, MongoMember } from '@watchpost/gallery/stores/mongo/facts';
import { rulesId, rulesKind } from '@watchpost/rules/store/rules-document';
import { reportClock } from '../clock.ts';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';
import { reportRules } from '../keys.ts';
import { isAtLeast } from './versions.ts';

const leastVersion = '4.4';
/** A secondary so far behind would lose much of what it has to take over. Milliseconds. */
const farBehindMs = 30_000;
const wellStates = new Set(['PRIMARY', 'SECONDARY', 'ARBITER']);

/** The MongoDB of the gallery. */
export function mongoChecks(config: DoctorConfig): Check[] {
  const url = config.storage?.MONGO_CONNECTION_STRING;
  if (url === undefined) return [];
  return [
    {
      id: 'mongo',
      repair:
        'look whether MongoDB runs, and whether MONGO_CONNECTION_STRING has its address, user, password and replica set; until then jobs wait',
      examine: async (report, signal) => {
        // Loads MongoDB's driver: only for those who have one.
        const { readMongoFacts } = await import('@watchpost/gallery/stores/mongo/facts');
        const facts = await readMongoFacts(url, { kind: rulesKind, id: rulesId }, signal);
        reportMongo(report, facts);
        if (facts.forbidden.length === 0) reportRules(report, config, facts.document);
      },
    },
  ];
}

/** Judges what a MongoDB says about itself. */
export function reportMongo(report: Report, facts: MongoFacts): void {
  const { version, compatibility, clock, database, forbidden, hasGallery, missingIndexes } = facts;
  if (isAtLeast(version, leastVersion)) report.ok('mongo.version', `MongoDB is version ${version}`);
  else
    report.fault(
      'mongo.version',
      `MongoDB is version ${version}, and ${leastVersion} is needed`,
      `update MongoDB to ${leastVersion} or newer`,
    );
  reportReplicas(report, facts);
  if (compatibility === null) report.note('mongo.compatibility', 'our user may not ask for the feature compatibility version');
  else if (!version.startsWith(`${compatibility}.`))
    report.warning(
      'mongo.compatibility',
      `the feature compatibility version is ${compatibility}, and the server is ${version}: an update has not been finished`,
      `db.adminCommand({ setFeatureCompatibilityVersion: "${version.split('.').slice(0, 2).join('.')}" }), once you will not go back`,
    );
  else report.ok('mongo.compatibility', `the feature compatibility version is ${compatibility}`);
  reportClock(report, 'mongo.clock', clock, { who: 'MongoDB', warnMs: 5_000, faultMs: 60_000 });
  if (forbidden.length > 0)
    report.fault(
      'mongo.rights',
      `our user may not do everything in the database ${database}: it lacks ${forbidden.join(', ')}`,
      `db.getSiblingDB("${database}").grantRolesToUser(…, [{ role: "readWrite", db: "${database}" }]), or let MONGO_CONNECTION_STRING name the database that it has rights in`,
    );
  else if (!hasGallery) report.note('mongo.gallery', `there is no gallery in the database ${database} yet: the first worker makes it`);
  else if (missingIndexes.length === 0) report.ok('mongo.indexes', `all indexes are in the database ${database}`);
  else
    report.fault(
      'mongo.indexes',
      `${String(missingIndexes.length)} ${missingIndexes.length === 1 ? 'index is' : 'indexes are'} missing in ${database}: ${missingIndexes.join('; ')}`,
      'start a worker again: it makes missing indexes',
    );
}

function reportReplicas(report: Report, { kind, members }: MongoFacts): void {
  const id = 'mongo.replicas';
  if (kind === 'standalone') {
    report.warning(
      id,
      'MongoDB is a standalone server: changes arrive up to half a second later, and there is no copy to go on with',
      'make it a replica set, of one node if you like: --replSet rs0, then rs.initiate()',
    );
    return;
  }
  if (!members) {
    report.note(
      id,
      `it is a ${kind}; how its members are our user may not ask`,
      kind === 'sharded' ? undefined : 'grant it clusterMonitor to see this here',
    );
    return;
  }
  const ill = members.filter(({ healthy, state }) => !healthy || !wellStates.has(state));
  for (const { name, state } of ill)
    report.fault(id, `${name} is ${state.toLowerCase()}`, 'start this member again, or take it out of the set: rs.status() says more');
  for (const { name, behindMs } of members.filter((member) => member.behindMs > farBehindMs))
    report.warning(
      id,
      `${name} is ${String(Math.round(behindMs / 1_000))} s behind the primary`,
      'look at its disk and its network: rs.printSecondaryReplicationInfo()',
    );
  if (!members.some(({ state }) => state === 'PRIMARY'))
    report.fault(
      id,
      'the replica set has no primary: nothing can be written',
      'more than half of its members must run and reach each other',
    );
  else if (ill.length === 0) reportSize(report, id, members);
}

function reportSize(report: Report, id: string, members: readonly MongoMember[]): void {
  const data = members.filter(({ state }) => state !== 'ARBITER').length;
  if (members.length === 1)
    report.note(id, 'the replica set has one member: while it is away jobs wait', 'add two more where that is too long');
  else if (members.length % 2 === 0)
    report.warning(
      id,
      `the replica set has ${String(members.length)} members: an even number outlives no more than one less`,
      'add a member, or an arbiter',
    );
  else if (data < 3)
    report.note(
      id,
      `the replica set has ${String(data)} members with data, and an arbiter: while one is away, writes of majority wait`,
      'three members with data go on',
    );
  else report.ok(id, `all ${String(members.length)} members of the replica set are well`);
}
