import type { Rule, RuleSettings } from '@watchpost/rules/rule';
import { createRandom } from '../prove/random.ts';

/** A rule to be added. */
export type PlannedRule = RuleSettings & Pick<Rule, 'name' | 'look'>;

/** A message of the load. */
export interface PlannedMessage {
  /** From the beginning, milliseconds. */
  atMs: number;
  text: string;
  /** Whether one of the rules matches it. */
  matches: boolean;
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const codeOf = (index: number): string => `${letters[index % letters.length] ?? 'A'}${letters[Math.floor(index / letters.length)] ?? 'A'}Q`;

/** Patterns as people write them: numbers of a form, words in any case, hosts, assignments; each with a code of its own. */
const patterns: ((code: string) => string)[] = [
  (code) => `\\b${code}-\\d{5}-[A-Z]{2}\\b`,
  (code) => `(?i)\\bproject[ _-]?${code}\\b`,
  (code) => `\\b[a-z0-9-]+\\.${code.toLowerCase()}\\.internal\\b`,
  (code) => `(?i)${code}_(?:password|token)\\s*[:=]\\s*\\S{6,}`,
  (code) => `\\b${code}(?:\\s?\\d{4}){3}\\b`,
];

/** Text that the pattern of this rule matches. */
const samples: ((code: string) => string)[] = [
  (code) => `${code}-48213-QX`,
  (code) => `Project ${code}`,
  (code) => `db-3.${code.toLowerCase()}.internal`,
  (code) => `${code}_TOKEN=hunter22`,
  (code) => `${code} 1234 5678 9012`,
];

/** `count` rules on one channel: most with patterns of their own, and one for each detector. They report. */
export function planRules(
  count: number,
  channel: Rule['scope'] & { in: 'some' },
  detectors: readonly PlannedRule['look'][],
): PlannedRule[] {
  const own = Array.from({ length: Math.max(0, count - detectors.length) }, (_, index): PlannedRule => {
    const pattern = patterns[index % patterns.length];
    return { name: `Rule ${String(index + 1)}`, look: { pattern: pattern ? pattern(codeOf(index)) : 'x' }, scope: channel, dryRun: false };
  });
  return [
    ...detectors.map((look, index): PlannedRule => ({ name: `Detector ${String(index + 1)}`, look, scope: channel, dryRun: false })),
    ...own,
  ];
}

const words =
  'the a camera door at we will this fix later build green again who knows where deploy after lunch please look into it thanks sure maybe tomorrow meeting moved to room three and four the van left at nine garage shows nothing yet logs say timeout'.split(
    ' ',
  );

/** Messages as people and apps write them, at an even pace; one in `oneIn` has something that a rule matches. */
export function planMessages({
  rate,
  seconds,
  rules,
  oneIn,
  seed,
}: {
  rate: number;
  seconds: number;
  rules: number;
  oneIn: number;
  seed: number;
}): PlannedMessage[] {
  const random = createRandom(seed);
  const pick = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: rate * seconds }, (_, index) => {
    const length = random() < 0.1 ? 200 : 5 + pick(40);
    const said = Array.from({ length }, () => words[pick(words.length)] ?? 'the');
    const matches = index % oneIn === oneIn - 1;
    if (matches) {
      const which = pick(Math.max(1, rules));
      said.splice(pick(said.length), 0, samples[which % samples.length]?.(codeOf(which)) ?? '');
    }
    return { atMs: (index * 1_000) / rate, text: said.join(' '), matches };
  });
}
