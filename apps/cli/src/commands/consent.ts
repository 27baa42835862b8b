import { consentStates, type Consent } from '@watchpost/privacy/consent/consents';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { actor } from '../support/open-database.ts';
import { readArgs } from '../support/read-args.ts';
import { momentOf, withPrivacy } from '../support/with-privacy.ts';

/** `consent NAME [asked | given | withdrawn] [--note TEXT] [--json]`: notes whether a person consents; without a state, says what was noted. */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, { note: { type: 'string' }, json: { type: 'boolean' } }, 1, 2);
  const [reference = '', word] = positionals;
  const state = consentStates.find((each) => each === word);
  if (word !== undefined && state === undefined) throw new AppError('usage-invalid', `consent is ${consentStates.join(', ')}: not ${word}`);
  if (state === undefined && values.note !== undefined) throw new AppError('usage-invalid', 'a note needs asked, given or withdrawn');
  const { signal } = context;
  const { name, consent } = await withPrivacy(context, async ({ consents }, { gallery, questions }) => {
    const id = questions.resolve(reference);
    const person = await gallery.person(id, signal);
    const noted =
      state === undefined ? await consents.get(id, signal) : await consents.set(id, { state, note: values.note ?? null }, actor, signal);
    return { name: person?.name ?? reference, consent: noted };
  });
  if (values.json) context.print(JSON.stringify({ name, ...consent }));
  else for (const line of linesOf(name, consent)) context.print(line);
  return 0;
};

function linesOf(name: string, consent: Consent): string[] {
  if (consent.state === 'unknown') return [`${name}: nothing was noted about consent`];
  const note = consent.note === null ? '' : `: ${consent.note}`;
  const lines = [`${name}: ${consent.state} (${momentOf(consent.atMs)}, noted by ${consent.by})${note}`];
  if (consent.state === 'withdrawn')
    lines.push(
      'With REQUIRE_CONSENT=name posts say the name no more, except old ones whose visits are not kept any more.',
      `If nothing of them may be kept, erase them: watchpost forget "${name}"`,
    );
  return lines;
}
