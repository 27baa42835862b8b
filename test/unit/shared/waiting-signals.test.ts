import { pause, within } from '@watchpost/shared/wait';
import { expect, it } from 'vitest';

it('dozens of calls may wait on one signal without a warning of Node', async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  const { signal } = new AbortController();
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      within(signal, 10);
      await pause(5, signal);
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
