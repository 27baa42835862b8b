import type { OpenAlert } from '@watchpost/shared/alerts/open-alerts';
import { afterLine, dueLines } from '@watchpost/worker/alerts/bulletin';
import { expect, it } from 'vitest';

const alert: OpenAlert = {
  topic: 'mail',
  revision: 1,
  text: 'x',
  code: null,
  count: 3,
  firstAtMs: 1_000,
  lastAtMs: 2_000,
  clearedAtMs: null,
  toldAtMs: null,
  isTold: false,
  bulletin: null,
};
const bulletin = { id: 'b', atMs: 3_000 };

it('what is raised while a message is told counts for the next one, however often the message is finished', () => {
  const [line] = dueLines([alert], 3_000);
  const told = afterLine({ ...alert, count: 5, lastAtMs: 4_000 }, line!, bulletin);
  expect(told).toMatchObject({ count: 2, isTold: true, toldAtMs: 3_000 });
  expect(afterLine(told!, line!, bulletin)).toBeNull();
});

it('what comes back while it is told to be well is told anew', () => {
  const [line] = dueLines([{ ...alert, isTold: true, toldAtMs: 2_000, clearedAtMs: 2_500 }], 3_000);
  expect(line?.is).toBe('well');
  const back = afterLine({ ...alert, isTold: true, toldAtMs: 2_000, count: 1, lastAtMs: 3_500 }, line!, bulletin);
  expect(back).toMatchObject({ count: 1, isTold: false, clearedAtMs: null });
});
