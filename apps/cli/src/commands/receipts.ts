import type { Receipt } from '@watchpost/privacy/receipts/receipt';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { readArgs, readCount } from '../support/read-args.ts';
import { toTable } from '../support/table.ts';
import { momentOf, withPrivacy } from '../support/with-privacy.ts';

const usualLimit = 30;
const mostReceipts = 10_000;
const shortId = 8;

/** `receipts [ID] [--limit N] [--json]`: what was erased of people who are forgotten; of one by its id, place by place. */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, { limit: { type: 'string' }, json: { type: 'boolean' } }, 0, 1);
  const limit = readCount('--limit', values.limit, mostReceipts) ?? usualLimit;
  const [id] = positionals;
  const found = await withPrivacy(context, ({ receipts }) =>
    id === undefined ? receipts.list(limit, context.signal) : receipts.find(id, 2, context.signal),
  );
  if (id !== undefined && found.length !== 1)
    throw new AppError('change-refused', found.length === 0 ? `no receipt has an id that begins with ${id}` : `several begin with ${id}`);
  for (const receipt of found) {
    if (values.json) context.print(JSON.stringify(shown(receipt)));
    else for (const line of id === undefined ? [lineOf(receipt)] : linesOf(receipt)) context.print(line);
  }
  if (found.length === 0 && !values.json) context.print('nobody was forgotten');
  return 0;
};

/** The person's ids are nobody's business. */
const shown = ({ personIds: _persons, faceIds: _faces, nextLookAtMs: _next, looks: _looks, ...receipt }: Receipt) => receipt;

function lineOf(receipt: Receipt): string {
  return `${receipt.id.slice(0, shortId)}  ${momentOf(receipt.acceptedAtMs)}  ${stateOf(receipt)}`;
}

function stateOf({ state, dueAtMs, verifiedAtMs, places }: Receipt): string {
  const left = Object.values(places).reduce((sum, each) => sum + each.left, 0);
  switch (state) {
    case 'pending':
      return `pending: it can be undone until ${momentOf(dueAtMs)}`;
    case 'erasing':
      return `erasing: ${left} left`;
    case 'done':
      return 'done: nothing is left; it is looked at once more';
    case 'verified':
      return `verified at ${momentOf(verifiedAtMs ?? 0)}: a second look found nothing`;
    default:
      return state satisfies never;
  }
}

function linesOf(receipt: Receipt): string[] {
  const places = Object.entries(receipt.places);
  const rows = places.map(([name, { found, erased, left, why }]) => [name, String(found), String(erased), String(left), why ?? '']);
  return [lineOf(receipt), ...(rows.length === 0 ? [] : ['', ...toTable(['place', 'found', 'erased', 'left', 'why'], rows)])];
}
