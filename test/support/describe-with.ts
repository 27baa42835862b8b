/* oxlint-disable vitest/valid-title, vitest/valid-describe-callback, vitest/no-disabled-tests, vitest/no-conditional-tests, vitest/expect-expect, vitest/require-top-level-describe -- this file makes describe blocks */
import { describe, it } from 'vitest';
import { missing, type ServiceName, type ServiceOptions } from './services.ts';

/**
 * `describe` for tests that need servers (support/services.ts). Where one is not to be had the block is skipped, with the
 * reason in its title; where CI is set it fails. `own`: the tests kill or stop the server.
 */
export function describeWith(needs: ServiceName[], title: string, suite: () => void, options: ServiceOptions = {}): void {
  const reason = needs.flatMap((name) => missing(name, options) ?? []).join('; ');
  if (reason === '') describe(title, suite);
  else if (process.env['CI']) {
    describe(title, () => {
      it('finds the servers that it needs', () => {
        throw new Error(reason);
      });
    });
  } else describe.skip(`${title} [skipped: ${reason}]`, suite);
}
