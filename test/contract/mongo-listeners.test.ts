import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { onEachStore } from '../support/each-store.ts';

onEachStore(
  'a signal of many cursors',
  ({ database }) => {
    it('is no leak, of which Node would warn', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on('warning', onWarning);
      try {
        const { signal } = new AbortController();
        await database().holdings.sizes(signal);
        expect(warnings).toEqual([]);
        expect(getEventListeners(signal, 'abort')).toEqual([]);
      } finally {
        process.off('warning', onWarning);
      }
    });
  },
  { only: 'MongoDB' },
);
