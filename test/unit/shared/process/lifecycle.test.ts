import { createLogger } from '@watchpost/shared/observability/logger';
import { createLifecycle } from '@watchpost/shared/process/lifecycle';
import { expect, it } from 'vitest';

it('releases at once what a start acquires after everything else was released', async () => {
  const lifecycle = createLifecycle({ log: createLogger('test', 'silent'), graceMs: 1_000 });
  const released: string[] = [];
  lifecycle.onStop('early', () => void released.push('early'));
  await lifecycle.stop('test');
  lifecycle.onStop('late', () => void released.push('late'));
  expect(released).toEqual(['early', 'late']);
});
