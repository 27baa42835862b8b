import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { postgres } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

describeWith(['postgres'], 'connections to a queue on PostgreSQL that are cut without a word', () => {
  it('are given up within a minute, and others take their place', async ({ onTestFinished }) => {
    const service = await postgres();
    onTestFinished(() => service.stop());
    const database = new URL(service.url);
    const [folder, port] = [database.searchParams.get('host') ?? '', database.port];
    const open: Socket[] = [];
    /** As a firewall that has forgotten those it let through: nothing comes from them any more, not even an end. */
    const relay = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect(path.join(folder, `.s.PGSQL.${port}`));
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) open.push(socket.on('error', () => undefined));
    });
    await new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      relay.close();
    });
    database.searchParams.delete('host');
    database.hostname = '127.0.0.1';
    database.port = String((relay.address() as AddressInfo).port);
    const sender = createJobSender({ POSTGRES_URL: database.href }, { log });
    onTestFinished(() => sender.close());
    const send = (id: number) => sender.send(snapshotJob({ snapshotId: `slack-C1-silent-${id}` }), { timeoutMs: 3_000 });
    await send(1);

    for (const socket of open.splice(0)) socket.unpipe().pause();
    await expect(send(2)).rejects.toMatchObject({ code: 'queue-unavailable' });
    await expect(send(3)).rejects.toMatchObject({ code: 'queue-unavailable' });
    const isSent = (id: number) =>
      send(id).then(
        () => true,
        () => false,
      );
    await until('a job is sent again', () => isSent(4), 60_000);
  });
});
