import { isDeepStrictEqual } from 'node:util';
import { strengthOf } from '../findings.ts';
import type { Finding, Unread, Violation } from '../violation.ts';

/** No violation keeps more. */
export const mostFindings = 200;
export const mostUnread = 50;

export interface Found {
  findings: readonly Finding[];
  unread: readonly Unread[];
}

type Known = Pick<Violation, 'findings' | 'unread' | 'leftOut'>;

export interface Merged extends Known {
  leftOut: NonNullable<Known['leftOut']>;
  /** Whether anything is kept that was not known. */
  news: boolean;
}

/**
 * What is known about a message after something was found in it, and whether any of it is new. Finding the same again is nothing new: a
 * job that is run twice, and an edit that leaves what matched where it was, add nothing. Two matches that look the same are two.
 */
export function mergeFound(known: Known, found: Found): Merged {
  const findings = bounded(mergeFindings(known.findings, found.findings));
  const unread = mergeUnread(known.unread, found.unread);
  const leftOut = {
    findings: Math.max(known.leftOut?.findings ?? 0, findings.leftOut),
    unread: Math.max(known.leftOut?.unread ?? 0, unread.length - mostUnread, 0),
  };
  const kept = { findings: findings.kept, unread: unread.slice(0, mostUnread) };
  return { ...kept, leftOut, news: !isDeepStrictEqual(kept, { findings: known.findings, unread: known.unread }) };
}

/** Equal for the same match that is found again. */
const keyOf = ({ ruleId, fileId, where, masked }: Finding): string => JSON.stringify([ruleId, fileId, where, masked]);

/** As many of each as there are in either; those that lead to more take the place of those that led to less when they were found. */
function mergeFindings(known: readonly Finding[], found: readonly Finding[]): Finding[] {
  const waiting = new Map<string, Finding[]>();
  for (const finding of found) waiting.set(keyOf(finding), [...(waiting.get(keyOf(finding)) ?? []), finding]);
  const merged = known.map((before) => {
    const again = waiting.get(keyOf(before))?.shift();
    return again && strengthOf(again) > strengthOf(before) ? again : before;
  });
  return [...merged, ...[...waiting.values()].flat()];
}

/**
 * At most as many as are kept. Everything that decides what is done stays: of each file, and of the text, the strongest finding, and one of
 * each rule.
 */
function bounded(findings: readonly Finding[]): { kept: Finding[]; leftOut: number } {
  if (findings.length <= mostFindings) return { kept: [...findings], leftOut: 0 };
  const strongestFirst = findings.toSorted((a, b) => strengthOf(b) - strengthOf(a));
  const firstOf = (key: (finding: Finding) => string): Finding[] => {
    const first = new Map<string, Finding>();
    for (const each of strongestFirst) if (!first.has(key(each))) first.set(key(each), each);
    return [...first.values()];
  };
  const inOrder = [
    ...firstOf(({ fileId }) => fileId ?? ''),
    ...firstOf(({ ruleId, fileId }) => JSON.stringify([ruleId, fileId])),
    ...findings,
  ];
  const chosen = new Set<Finding>();
  for (const each of inOrder) if (chosen.size < mostFindings) chosen.add(each);
  return { kept: findings.filter((each) => chosen.has(each)), leftOut: findings.length - chosen.size };
}

function mergeUnread(known: readonly Unread[], found: readonly Unread[]): Unread[] {
  const merged = [...known];
  for (const each of found) if (!merged.some((other) => isDeepStrictEqual(other, each))) merged.push(each);
  return merged;
}
