import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { feedOf } from '../../../support/feed-samples.ts';
import { handoffRig, picturesTo } from '../../../support/handoff-rig.ts';

const lineSchema = z.object({ level: z.number(), msg: z.string() });

it.each([
  ['file-gone', ['30: a picture is left out that is not there any more']],
  ['file-too-large', ['50: a picture was not brought to readers']],
] as const)('a picture that fails with %s is said as what it is', async (code, said) => {
  const rig = handoffRig([feedOf({ pictures: picturesTo('away') })]);
  rig.files.set('F1', new AppError(code, 'as the platform says'));
  await rig.say(['F1']);
  const lines: string[] = [];
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
  await rig.run({}, undefined, { ...rig.deps, log });
  const told = lines.map((line) => lineSchema.parse(JSON.parse(line))).filter(({ msg }) => msg !== 'pictures handed off');
  expect(told.map(({ level, msg }) => `${String(level)}: ${msg}`)).toEqual(said);
});
