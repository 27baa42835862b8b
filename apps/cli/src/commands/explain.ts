import { comparisonsIn, decideAgain, namesMayBeSame, type WhatIf } from '@watchpost/gallery/decide/decide-again';
import { defaultRiskSettings } from '@watchpost/gallery/decide/yardstick';
import type { SightedFace } from '@watchpost/gallery/gallery';
import type { Command } from '../command.ts';
import { decisionSettings } from '../support/decision-settings.ts';
import { describeLikelihood, describeRarity, twoDigits } from '../support/likelihood.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs, readCount } from '../support/read-args.ts';

/**
 * `explain [--json] [--strangers-named-one-in N] [--persons N] SNAPSHOT`: what the decision about each face of a snapshot was made of and,
 * with an option given, what it would be at another risk, or in a gallery of so many persons.
 */
export const run: Command = async (args, context) => {
  const number = { type: 'string' } as const;
  const { values, positionals } = readArgs(
    args,
    { json: { type: 'boolean', default: false }, 'strangers-named-one-in': number, persons: number },
    1,
  );
  const [snapshotId = ''] = positionals;
  const oneIn = readCount('--strangers-named-one-in', values['strangers-named-one-in'], 1e9);
  const persons = readCount('--persons', values.persons, 1e9);
  const tries = oneIn !== undefined || persons !== undefined;
  const { leastComparisons, rivalRatio, ...shares } = await decisionSettings(context.env);
  const named = oneIn === undefined ? shares.strangersNamed : 1 / oneIn;
  const strangersUncertain = Math.max(named, shares.strangersUncertain);
  const whatIf: WhatIf = { strangersNamed: named, strangersUncertain, leastComparisons, rivalRatio, persons: persons ?? null };
  const faces = await withPeople(context, ({ gallery }) => gallery.explain(snapshotId, context.signal));
  for (const face of faces) {
    const again = tries ? tryAgain(face, whatIf) : null;
    if (values.json) context.print(JSON.stringify({ ...face, ...(tries && { again }) }));
    else for (const line of toLines(face, again)) context.print(line);
  }
  if (tries && !values.json) context.print('Tried face by face: that a person appears only once in a picture is left out.');
  return 0;
};

/** Null where nothing was compared, or an earlier release decided, which kept no rates. */
function tryAgain({ evidence, best, second }: SightedFace, whatIf: WhatIf) {
  const decision = evidence && decideAgain(evidence, whatIf, namesMayBeSame(best, second));
  return evidence?.compared && decision
    ? { strangersNamed: whatIf.strangersNamed, comparisons: comparisonsIn(evidence.compared, whatIf), decision }
    : null;
}

function toLines(
  { position, decision, person, mayBe, saidBy, evidence, best, second }: SightedFace,
  again: ReturnType<typeof tryAgain>,
): string[] {
  const lines = [`face ${position + 1}: ${decision}${person ? `, ${person.name}` : ''}${mayBe === null ? '' : `, who may be ${mayBe}`}`];
  if (saidBy !== null) lines.push(`  said by ${saidBy}`);
  if (!evidence) return [...lines, '  nothing was compared'];
  return [...lines, ...evidenceLines(evidence, { best, second }), ...againLines(again, best)];
}

function evidenceLines(
  { best: nearest, second: next, compared, negative, match, uncertain, margin }: NonNullable<SightedFace['evidence']>,
  { best, second }: Pick<SightedFace, 'best' | 'second'>,
): string[] {
  const lines: string[] = [];
  const shown = (value: number): string => value.toFixed(3);
  if (compared)
    lines.push(`  compared     ${compared.persons} persons, ${compared.faces} faces: like ${twoDigits(compared.comparisons)} comparisons`);
  if (nearest) lines.push(`  nearest      ${best ?? 'somebody removed since'}, ${likeness(nearest)}`);
  if (compared && nearest && nearest.falseMatchRate !== null) {
    const comparisons = comparisonsIn(compared, { persons: null, leastComparisons: defaultRiskSettings.leastComparisons });
    const inGallery = describeRarity(comparisons * nearest.falseMatchRate);
    lines.push(
      `  by chance    strangers as similar to one reference: ${describeRarity(nearest.falseMatchRate)}; to any in this gallery: ${inGallery}`,
    );
  }
  if (next) lines.push(`  second       ${second ?? 'somebody removed since'}, ${likeness(next)}`);
  if (negative !== null) lines.push(`  negative     similarity ${shown(negative)} to a face that is known not to be the person`);
  return [...lines, `  thresholds   match ${shown(match)}, uncertain ${shown(uncertain)}, margin ${shown(margin)}`];
}

function againLines(again: ReturnType<typeof tryAgain>, best: string | null): string[] {
  if (!again) return [];
  const who = again.decision === 'person' ? (best ?? 'the nearest person') : again.decision;
  const named = `1 in ${twoDigits(1 / again.strangersNamed)}`;
  return [`  would be     ${who}, with ${named} strangers named, in ${twoDigits(again.comparisons)} comparisons`];
}

function likeness({ similarity, likelihoodRatio }: { similarity: number; likelihoodRatio: number | null }): string {
  return `similarity ${similarity.toFixed(3)}${likelihoodRatio === null ? '' : `: ${describeLikelihood(likelihoodRatio)}`}`;
}
