import { type Version, withheldReasons } from '../entry.ts';
import type { Feed } from '../feed.ts';

/** Of a message that waits for approval; one that was approved is kept beside them. */
const mostVersions = 8;

/** Nobody may ever see it: nothing of it is kept. */
export const isWithheld = ({ withheld }: Pick<Version, 'withheld'>): boolean => withheld !== null;

/** One version more; the newest first. */
export function withVersion(versions: readonly Version[], version: Version): Version[] {
  const same = versions.find((each) => isSame(each, version));
  const isEdited = version.isEdited || same?.isEdited === true;
  return [...versions.filter((each) => each !== same), { ...version, isEdited, sealed: same?.sealed ?? version.sealed }].toSorted(
    newestFirst,
  );
}

const isSame = (one: Version, other: Version): boolean =>
  one.atUs === other.atUs && one.hash === other.hash && one.withheld === other.withheld;

/** Of the same time: first what weighs most, so that the order in which they came does not matter. */
function newestFirst(one: Version, other: Version): number {
  return other.atUs - one.atUs || weight(other) - weight(one) || (one.hash < other.hash ? 1 : one.hash > other.hash ? -1 : 0);
}

const weight = ({ withheld }: Version): number => (withheld === null ? -1 : withheldReasons.indexOf(withheld));

/** Those that can still be shown: nothing that is older than a version which must not be shown, or which needs no approval. */
export function stillNeeded(versions: readonly Version[], feed: Pick<Feed, 'approval'>): Version[] {
  const last = versions.findIndex((version) => isWithheld(version) || feed.approval === null);
  return last === -1 ? [...versions] : versions.slice(0, last + 1);
}

/**
 * The newest ones, and the one that is shown. Of those in a row that say the same, the first and the last: since when a message has said
 * this decides whether an approval covers it.
 */
export function bounded(versions: readonly Version[], shown: Version | null): Version[] {
  if (versions.length <= mostVersions) return [...versions];
  const isBetween = (index: number): boolean =>
    saysSame(versions[index - 1], versions[index]) && saysSame(versions[index], versions[index + 1]);
  const fewer = versions.filter((version, index) => version === shown || !isBetween(index));
  return fewer.filter(
    (version, index) => index < mostVersions || version === shown || (fewer[index - 1] === shown && saysSame(fewer[index - 1], version)),
  );
}

const saysSame = (one: Version | undefined, other: Version | undefined): boolean =>
  one !== undefined && one.hash === other?.hash && !isWithheld(one) && !isWithheld(other);
