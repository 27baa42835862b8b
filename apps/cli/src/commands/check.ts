import type { Suggestion } from '@watchpost/gallery/gallery';
import type { Findings } from '@watchpost/gallery/housekeeping/checkup';
import type { Command } from '../command.ts';
import { actor } from '../support/open-database.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';
import { shortIds } from '../support/short-ids.ts';

/**
 * `check [--repair] [--json]`: lists what people who edited the database by hand left behind: documents or rows that cannot be read as
 * they are, faces of removed persons, and persons who share a name. `--repair` mends the first two; which persons are one is for a
 * person to say. Exit code 1 if there is something that `--repair` would mend.
 */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values } = readArgs(args, { repair: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } });
  const { findings, merges } = await withPeople(context, async ({ checkup, operations }) => {
    const found = await checkup.find(signal);
    if (values.repair && isDamaged(found)) await checkup.repair(found, actor, signal);
    return { findings: found, merges: operations.suggestions() };
  });
  const report: Report = { ...findings, merges, repaired: values.repair };
  if (values.json) print(JSON.stringify(toJson(report)));
  else for (const line of toLines(report)) print(line);
  return isDamaged(findings) && !values.repair ? 1 : 0;
};

interface Report extends Findings {
  merges: Suggestion[];
  repaired: boolean;
}

function isDamaged({ faults, orphans }: Findings): boolean {
  return faults.length + orphans.length > 0;
}

function toJson({ faults, orphans, merges, repaired }: Report) {
  const removed = orphans.map(({ personId, faceIds }) => ({ personId, faces: faceIds.length }));
  return { faults, removedPersons: removed, merges: merges.map(({ from, into }) => ({ from, into })), repaired };
}

function toLines(report: Report): string[] {
  const { faults, orphans, merges, repaired } = report;
  const shortId = shortIds(merges.flatMap(({ from, into }) => [from.id, into.id]));
  const lines = [
    ...faults.map(({ kind, id, problem, shownAs }) => `${kind} ${id}: ${problem}${shownAs === null ? '' : `, shown as ${shownAs}`}`),
    ...orphans.map(({ personId, faceIds }) => `person ${personId}: removed by hand, but ${countFaces(faceIds.length)} stayed`),
    ...merges.map(
      ({ from, into }) => `two are called "${into.name}"; if they are one: watchpost merge ${shortId(from.id)} ${shortId(into.id)}`,
    ),
  ];
  if (lines.length === 0) return ['nothing is wrong'];
  if (!isDamaged(report)) return lines;
  return [...lines, repaired ? 'repaired' : 'watchpost check --repair mends what was damaged'];
}

function countFaces(number: number): string {
  return number === 1 ? '1 face' : `${number} faces`;
}
