import type { ReceiptOfPage } from '@watchpost/console/api/system/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { keepReceipt, stuckReceipt } from '../support/page-receipts.ts';
import type { Service } from '../support/services.ts';

describe.each(oneOfEachBackend)('settling a receipt in the console, its database on $name', (backend) => {
  describeWith(backend.needs, 'through its API', () => {
    let server: Service;
    let rig: ConsoleRig;
    let storage: ReturnType<typeof backend.storage>;

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      rig = await startConsole(storage);
    });
    afterAll(async () => {
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
    });
    const settle = async (role: 'viewer' | 'editor' | 'admin', id: string, body: object = { note: 'The channel is deleted' }) =>
      rig.as(role, 'POST', `/api/receipts/${id}/settle`, body);
    const shown = async (id: string): Promise<ReceiptOfPage> => (await rig.as('editor', 'GET', `/api/receipts/${id}`)).json();

    it('is for admins, who say why and are named; the ids of the person go', async () => {
      const id = await keepReceipt(rig.parts.documents, stuckReceipt);
      expect(await shown(id)).toMatchObject({ state: 'erasing', canSettle: true, settled: null });
      expect((await settle('viewer', id)).statusCode).toBe(403);
      expect((await settle('editor', id)).statusCode).toBe(403);
      for (const body of [{}, { note: ' \n' }, { note: 'a\u0000b' }, { note: 'n'.repeat(501) }, { note: 'why', by: 'console:grace' }])
        expect([body, (await settle('admin', id, body)).statusCode]).toEqual([body, 400]);
      const answer = await settle('admin', id, { note: ' The channel is deleted ' });
      expect(answer.json()).toMatchObject({
        state: 'settled',
        canSettle: false,
        settled: { by: 'console:admin-program', note: 'The channel is deleted', atMs: expect.any(Number) },
        places: expect.arrayContaining([expect.objectContaining({ name: 'posts and pictures', left: 1 })]),
      });
      expect(await shown(id)).toEqual(answer.json());
      const { document } = await rig.parts.documents.get('receipt', id, never);
      expect(document?.body).toMatchObject({ personIds: [] });
      const again = await settle('admin', id);
      expect([again.statusCode, again.json().error]).toEqual([409, 'change-refused']);
    });

    it('stands in the log with who did it', async () => {
      const id = await keepReceipt(rig.parts.documents, stuckReceipt);
      await settle('admin', id);
      await expect
        .poll(async () => (await rig.as('viewer', 'GET', '/api/log?source=requests')).json().items)
        .toContainEqual(
          expect.objectContaining({
            actor: 'console:admin-program',
            text: expect.stringContaining('(POST /api/receipts/:id/settle)'),
          }),
        );
    });

    it('is refused while a worker can erase what is left, or nothing is', async () => {
      const others = { consent: { found: 1, erased: 0, left: 1, why: 'a worker erases it' } };
      const notYet = await keepReceipt(rig.parts.documents, { ...stuckReceipt, places: { ...stuckReceipt.places, ...others } });
      expect(await shown(notYet)).toMatchObject({ canSettle: false });
      expect((await settle('admin', notYet)).json()).toMatchObject({
        error: 'change-refused',
        message: 'only what is left in the chat can be settled; a worker erases the rest: consent',
      });
      const over = await keepReceipt(rig.parts.documents, { ...stuckReceipt, places: {} });
      expect(await shown(over)).toMatchObject({ canSettle: false });
      expect((await settle('admin', over)).json()).toMatchObject({
        error: 'change-refused',
        message: expect.stringContaining('nothing is left'),
      });
      expect((await settle('admin', 'no-such-receipt')).statusCode).toBe(409);
    });
  });
});
