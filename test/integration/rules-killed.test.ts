import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { oneOfEachBackend } from '../support/gallery-backends.ts';
import { createRuleRig, never } from '../support/rule-rig.ts';
import { afterDeath, caught } from '../support/rules-killed.ts';
import type { Service } from '../support/services.ts';

/** Each step is a death in test/unit/worker/rules/killed.test.ts; here some of them, as writes of a database take longer. */
const stride = 7;

for (const backend of oneOfEachBackend)
  describeWith(backend.needs, `a worker that is killed while it does what rules want, on ${backend.name}`, () => {
    let server: Service;
    let documents: DocumentStore;
    let close: () => Promise<void>;

    beforeAll(async () => {
      server = await backend.start();
      const database = await openDatabase(backend.storage(server.url), { log: createLogger('test', 'silent') }, never);
      documents = database.documents;
      close = () => database.close();
    });
    afterAll(async () => {
      await close?.();
      await server?.stop();
    });

    it('is followed by one that removes once, tells everybody once and loses nothing', { timeout: 120_000 }, async () => {
      let deaths = 0;
      for (let at = 1; ; at += stride) {
        const rig = createRuleRig({ documents });
        rig.nowMs = Date.now();
        // Each in a channel and with a rule of its own: there are so many lines and notices a minute.
        const where = `slack:C${at}` as const;
        await rig.rule({ name: `Keys ${at}`, action: 'quarantine', notice: 'No keys.', scope: { in: 'some', channels: [where] } });
        const { died, outcome } = await afterDeath(rig, at, where);
        expect({ at, outcome }).toEqual({ at, outcome: caught });
        if (!died) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(7);
    });
  });
