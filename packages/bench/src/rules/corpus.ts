import { createJudge } from '@watchpost/rules/create-judge';
import { defaultRule, detectorNames, type Rule } from '@watchpost/rules/rule';
import { emailSamples, phoneSamples } from './corpus/contacts.ts';
import { drawFrom } from './corpus/draw.ts';
import { lookAlikes } from './corpus/look-alikes.ts';
import { cardSamples, ibanSamples } from './corpus/numbers.ts';
import type { Planted, Sample } from './corpus/sample.ts';
import { secretSamples } from './corpus/secrets.ts';

/** How well detectors do. A thing that is not there and a thing that is missed count as one each. */
export interface Score {
  /** Of what they found: the part that was there. */
  precision: number;
  /** Of what was there: the part that they found. */
  recall: number;
}

export interface DetectorScores extends Score {
  positives: number;
  lookAlikes: number;
  /** Of each detector, by its name. */
  detectors: Record<string, Score>;
  /** What was planted and not found, and what was found and not planted: the kind of the sample, and its text. All of it is made up. */
  missed: string[];
  mistaken: string[];
}

/** Messages that hold made-up secrets and personal data, and messages that only look so. The same from the same seed. */
export function corpus(seed: number): Sample[] {
  const draw = drawFrom(seed);
  return [secretSamples, cardSamples, ibanSamples, phoneSamples, emailSamples, lookAlikes].flatMap((make) => make(draw));
}

const rules: readonly Rule[] = detectorNames.map((detector) => ({
  ...defaultRule,
  id: detector,
  name: detector,
  look: { detector },
  createdAtMs: 0,
  changedAtMs: 0,
}));

interface Found {
  detector: string;
  start: number;
  end: number;
}

/** Whether what was found is what was planted: nearly all of it must be covered, as what is not stays readable. */
function isSame(found: Found, planted: Planted): boolean {
  const common = Math.min(found.end, planted.end) - Math.max(found.start, planted.start);
  return found.detector === planted.detector && common >= (planted.end - planted.start) * 0.9;
}

interface Count {
  found: number;
  missed: number;
  mistaken: number;
}

const scoreOf = ({ found, missed, mistaken }: Count): Score => ({
  precision: found + mistaken === 0 ? 1 : found / (found + mistaken),
  recall: found + missed === 0 ? 1 : found / (found + missed),
});

/** Lets all detectors look at all messages. */
export async function scoreDetectors(samples: readonly Sample[], signal: AbortSignal): Promise<DetectorScores> {
  const judge = createJudge(rules);
  const counts = new Map<string, Count>(detectorNames.map((name) => [name, { found: 0, missed: 0, mistaken: 0 }]));
  const count = (name: string, what: keyof Count): void => {
    const counted = counts.get(name);
    if (counted) counted[what] += 1;
  };
  const missed: string[] = [];
  const mistaken: string[] = [];
  for (const { kind, text, planted } of samples) {
    const matches = await judge.judge([{ where: 'text', text }], () => true, signal);
    const found = matches.map(({ rule, start, end }) => ({ detector: rule.id, start, end }));
    for (const one of planted) {
      const isFound = found.some((other) => isSame(other, one));
      count(one.detector, isFound ? 'found' : 'missed');
      if (!isFound) missed.push(`${kind}: ${text}`);
    }
    for (const one of found.filter(
      (other) => !planted.some((it) => it.detector === other.detector && it.start < other.end && other.start < it.end),
    )) {
      count(one.detector, 'mistaken');
      mistaken.push(`${one.detector} in ${kind}: ${text}`);
    }
  }
  const all = [...counts.values()].reduce((a, b) => ({
    found: a.found + b.found,
    missed: a.missed + b.missed,
    mistaken: a.mistaken + b.mistaken,
  }));
  return {
    ...scoreOf(all),
    positives: samples.filter(({ planted }) => planted.length > 0).length,
    lookAlikes: samples.filter(({ planted }) => planted.length === 0).length,
    detectors: Object.fromEntries(Array.from(counts, ([name, each]) => [name, scoreOf(each)])),
    missed,
    mistaken,
  };
}
