import { decideAgain, type OtherThresholds } from '@watchpost/gallery/decide/decide-again';
import type { SightedFace } from '@watchpost/gallery/gallery';
import { nameKey } from '@watchpost/gallery/names';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs, readNumber } from '../support/read-args.ts';

/**
 * `explain [--json] [--match N] [--uncertain N] [--margin N] SNAPSHOT`: what the decision about each face of a snapshot was made of
 * and, with thresholds given, what it would be with them.
 */
export const run: Command = async (args, context) => {
  const number = { type: 'string' } as const;
  const { values, positionals } = readArgs(
    args,
    { json: { type: 'boolean', default: false }, match: number, uncertain: number, margin: number },
    1,
  );
  const [snapshotId = ''] = positionals;
  const others: Partial<OtherThresholds> = {};
  for (const name of ['match', 'uncertain', 'margin'] as const) {
    const value = readNumber(`--${name}`, values[name], 1);
    if (value !== undefined) others[name] = value;
  }
  if (others.match !== undefined && others.uncertain !== undefined && others.uncertain > others.match)
    throw new AppError('usage-invalid', '--uncertain must not be above --match');
  const faces = await withPeople(context, ({ gallery }) => gallery.explain(snapshotId, context.signal));
  const tries = Object.keys(others).length > 0;
  for (const face of faces) {
    const again = tries ? tryAgain(face, others) : null;
    if (values.json) context.print(JSON.stringify({ ...face, ...(tries && { again }) }));
    else for (const line of toLines(face, again)) context.print(line);
  }
  if (tries && !values.json) context.print('Tried face by face: that a person appears only once in a picture is left out.');
  return 0;
};

/** Null where nothing was compared. A threshold that was not given makes way for one that was: `uncertain` is never above `match`. */
function tryAgain({ evidence, best, second }: SightedFace, others: Partial<OtherThresholds>) {
  if (!evidence) return null;
  const match = others.match ?? Math.max(evidence.match, others.uncertain ?? 0);
  const uncertain = others.uncertain ?? Math.min(evidence.uncertain, match);
  const margin = others.margin ?? evidence.margin;
  return { match, uncertain, margin, decision: decideAgain(evidence, { match, uncertain, margin }, mayBeSame(best, second)) };
}

/** Two unknowns, or two of one name, do not contest each other. Only an unknown can be called "Unknown" and a number. */
function mayBeSame(best: string | null, second: string | null): boolean {
  if (best === null || second === null) return false;
  return nameKey(best) === nameKey(second) || [best, second].every((name) => /^Unknown \d+$/.test(name));
}

function toLines(
  { position, decision, person, saidBy, evidence, best, second, mayBe }: SightedFace,
  again: ReturnType<typeof tryAgain>,
): string[] {
  const lines = [`face ${position + 1}: ${decision}${person ? `, ${person.name}` : ''}${mayBe === null ? '' : `, who may be ${mayBe}`}`];
  if (saidBy !== null) lines.push(`  said by ${saidBy}`);
  if (!evidence) return [...lines, '  nothing was compared'];
  const shown = (value: number): string => value.toFixed(3);
  if (evidence.best) lines.push(`  nearest      ${best ?? 'somebody removed since'}, similarity ${shown(evidence.best.similarity)}`);
  if (evidence.second) lines.push(`  second       ${second ?? 'somebody removed since'}, similarity ${shown(evidence.second.similarity)}`);
  if (evidence.negative !== null)
    lines.push(`  negative     similarity ${shown(evidence.negative)} to a face that is known not to be the person`);
  lines.push(`  thresholds   match ${shown(evidence.match)}, uncertain ${shown(evidence.uncertain)}, margin ${shown(evidence.margin)}`);
  if (again) {
    const { match, uncertain, margin, decision: would } = again;
    const who = would === 'person' ? (best ?? 'the nearest person') : would;
    lines.push(`  would be     ${who}, with match ${shown(match)}, uncertain ${shown(uncertain)}, margin ${shown(margin)}`);
  }
  return lines;
}
