import type { Findings } from '@watchpost/gallery/housekeeping/checkup';
import type { Command } from '../command.ts';
import { actor, withPeople } from '../support/open-gallery.ts';
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
  const { findings, repaired } = await withPeople(context, async ({ checkup }) => {
    const found = await checkup.find(signal);
    if (values.repair && isDamaged(found)) await checkup.repair(found, actor, signal);
    return { findings: found, repaired: values.repair };
  });
  if (values.json) print(JSON.stringify(toJson(findings, repaired)));
  else for (const line of toLines(findings, repaired)) print(line);
  return isDamaged(findings) && !repaired ? 1 : 0;
};

function isDamaged({ faults, orphans }: Findings): boolean {
  return faults.length + orphans.length > 0;
}

function toJson({ faults, orphans, namesakes }: Findings, repaired: boolean) {
  return {
    faults,
    orphans: orphans.map(({ personId, faceIds }) => ({ personId, faces: faceIds.length })),
    namesakes: namesakes.map((group) => group.map(({ id, name }) => ({ id, name }))),
    repaired,
  };
}

function toLines(findings: Findings, repaired: boolean): string[] {
  const { faults, orphans, namesakes } = findings;
  const shortId = shortIds(namesakes.flat().map(({ id }) => id));
  const lines = [
    ...faults.map(({ kind, id, problem }) => `${kind} ${id}: ${problem}`),
    ...orphans.map(({ personId, faceIds }) => `person ${personId}: removed by hand, but ${count(faceIds.length, 'face')} stayed`),
    ...namesakes.flatMap((group) => suggestions(group, shortId)),
  ];
  if (lines.length === 0) return ['nothing is wrong'];
  if (!isDamaged(findings)) return lines;
  return [...lines, repaired ? 'repaired' : 'watchpost check --repair mends what was damaged'];
}

/** All are merged into the first. */
function suggestions([first, ...others]: Findings['namesakes'][number], shortId: (id: string) => string): string[] {
  if (!first) return [];
  return [
    `${count(others.length + 1, 'person')} are called "${first.name}"; if they are one person:`,
    ...others.map(({ id }) => `  watchpost merge ${shortId(id)} ${shortId(first.id)}`),
  ];
}

function count(number: number, what: 'face' | 'person'): string {
  return `${number} ${number === 1 ? what : { face: 'faces', person: 'persons' }[what]}`;
}
