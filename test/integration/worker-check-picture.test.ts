import { checkPicture } from '@watchpost/worker/check-picture';
import { expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';

const never = new AbortController().signal;

it("the worker's check finds the thirteen faces of a sample picture and draws them, as the build of the image asks", async () => {
  const sample = fromRoot('packages/see/node_modules/@vladmandic/human/assets/samples.jpg');
  expect(await checkPicture(sample, {}, never)).toMatch(/samples\.jpg: 13 faces, drawn as a JPEG of [1-9]\d{2} kB$/);
  await expect(checkPicture('/nowhere.jpg', {}, never)).rejects.toMatchObject({ code: 'file-unreadable' });
});
