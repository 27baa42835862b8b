import type { Receipt } from '@watchpost/privacy/receipts/receipt';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { actor } from '../support/open-database.ts';
import { readArgs, readCount } from '../support/read-args.ts';
import { toTable } from '../support/table.ts';
import { momentOf, withPrivacy } from '../support/with-privacy.ts';

const usualLimit = 30;
const mostReceipts = 10_000;
const shortId = 8;

const options = {
  limit: { type: 'string' },
  settle: { type: 'boolean' },
  note: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/**
 * `receipts [ID [--settle --note TEXT]] [--limit N] [--json]`: what was erased of people who are forgotten; of one by its id, place by place.
 * `--settle`: what is left in the chat is written down, and the receipt is over.
 */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, options, 0, 1);
  const limit = readCount('--limit', values.limit, mostReceipts) ?? usualLimit;
  const [id] = positionals;
  const { settle = false, note } = values;
  if (settle !== (note !== undefined) || (settle && id === undefined))
    throw new AppError('usage-invalid', '--settle needs an ID and --note TEXT, which says what becomes of what is left');
  const found = await withPrivacy(context, async ({ receipts }) => {
    if (id === undefined) return receipts.list(limit, context.signal);
    const one = only(await receipts.find(id, 2, context.signal), id);
    return [note === undefined ? one : await receipts.settle(one.id, note, actor, context.signal)];
  });
  for (const receipt of found) {
    if (values.json) context.print(JSON.stringify(shown(receipt)));
    else for (const line of id === undefined ? [lineOf(receipt)] : linesOf(receipt)) context.print(line);
  }
  if (found.length === 0 && !values.json) context.print('nobody was forgotten');
  return 0;
};

function only(found: readonly Receipt[], id: string): Receipt {
  const [one, ...more] = found;
  if (one && more.length === 0) return one;
  throw new AppError('change-refused', one ? `several begin with ${id}` : `no receipt has an id that begins with ${id}`);
}

/** The person's ids are nobody's business. */
const shown = ({ personIds: _persons, faceIds: _faces, nextLookAtMs: _next, looks: _looks, ...receipt }: Receipt) => receipt;

function lineOf(receipt: Receipt): string {
  return `${receipt.id.slice(0, shortId)}  ${momentOf(receipt.acceptedAtMs)}  ${stateOf(receipt)}`;
}

function stateOf({ state, dueAtMs, verifiedAtMs, settled, places }: Receipt): string {
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
    case 'settled':
      return `settled at ${momentOf(settled?.atMs ?? 0)} by ${settled?.by ?? 'nobody'}, ${left} left: ${settled?.note ?? ''}`;
    default:
      return state satisfies never;
  }
}

function linesOf(receipt: Receipt): string[] {
  const places = Object.entries(receipt.places);
  const rows = places.map(([name, { found, erased, left, why }]) => [name, String(found), String(erased), String(left), why ?? '']);
  return [lineOf(receipt), ...(rows.length === 0 ? [] : ['', ...toTable(['place', 'found', 'erased', 'left', 'why'], rows)])];
}
