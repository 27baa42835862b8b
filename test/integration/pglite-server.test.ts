import { connect } from 'node:net';
import { createPostgresBackend, Queue, Worker } from 'bullmq';
import { Client, type QueryConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pglite, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

describe('the embedded PostgreSQL', () => {
  let service: Service;
  const open: Client[] = [];
  const client = async (): Promise<Client> => {
    const made = new Client(service.url);
    made.on('error', () => undefined);
    await made.connect();
    open.push(made);
    return made;
  };
  const one = async (from: Client, sql: string, values: unknown[] = []): Promise<unknown> =>
    Object.values((await from.query<Record<string, unknown>>(sql, values)).rows[0] ?? {})[0];

  beforeAll(async () => {
    service = await pglite({ idleInTransactionMs: 700 });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(async (made) => made.end().catch(() => undefined)));
  });
  afterAll(async () => service.stop());

  it('refuses a wrong password', async () => {
    const url = new URL(service.url);
    url.password = 'guess';
    await expect(new Client(url.href).connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('serves 50 connections, each its own answers', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, client));
    const answers = await Promise.all(clients.flatMap((c, i) => [one(c, 'SELECT $1::int', [i]), one(c, `SELECT ${String(i)}`)]));
    expect(answers).toEqual(clients.flatMap((_, i) => [i, i]));
  });

  it('carries large messages both ways', async () => {
    const text = 'x'.repeat(8 * 1024 * 1024);
    const c = await client();
    expect(await one(c, 'SELECT $1::text', [text])).toHaveLength(text.length);
    expect(await one(c, 'SELECT count(*)::int FROM generate_series(1, 3)')).toBe(3);
  });

  it('goes on after errors, of simple and of prepared queries', async () => {
    const [a, b] = [await client(), await client()];
    await expect(a.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    await expect(a.query('SELECT 1/$1::int', [0])).rejects.toMatchObject({ code: '22012' });
    await expect(a.query('NOT SQL')).rejects.toMatchObject({ code: '42601' });
    expect(await one(a, 'SELECT 1')).toBe(1);
    expect(await one(b, 'SELECT 1')).toBe(1);
  });

  it('keeps the transactions of two clients apart', async () => {
    const [a, b] = [await client(), await client()];
    await a.query('CREATE TABLE public.balance AS SELECT 0 AS amount');
    const add = async (c: Client): Promise<void> => {
      await c.query('BEGIN');
      const before = Number(await one(c, 'SELECT amount FROM public.balance'));
      await c.query('UPDATE public.balance SET amount = $1', [before + 1]);
      await c.query('COMMIT');
    };
    await Promise.all([add(a), add(b)]);
    await a.query('BEGIN');
    await a.query('UPDATE public.balance SET amount = 100');
    const seen = one(b, 'SELECT amount FROM public.balance');
    await a.query('ROLLBACK');
    expect(await seen).toBe(2);
  });

  it('rolls back for a client that dies, or sleeps, inside a transaction', async () => {
    const [a, b, c] = [await client(), await client(), await client()];
    await c.query('CREATE TABLE public.half (v int)');
    await a.query('BEGIN');
    await a.query('INSERT INTO public.half VALUES (1)');
    a.connection.stream.destroy();
    expect(await one(c, 'SELECT count(*)::int FROM public.half')).toBe(0);
    await b.query('BEGIN');
    await b.query('INSERT INTO public.half VALUES (2)');
    const started = Date.now();
    expect(await one(c, 'SELECT count(*)::int FROM public.half')).toBe(0);
    expect(Date.now() - started).toBeGreaterThan(300);
    await expect(b.query('COMMIT')).rejects.toThrow(/terminat|not queryable/i);
  });

  it('tells every listener of a channel, whoever notifies, and only when it is committed', async () => {
    const [a, b, c] = [await client(), await client(), await client()];
    const heard: string[] = [];
    for (const [name, listener] of Object.entries({ a, b, c }))
      listener.on('notification', (n) => heard.push(`${name}:${n.channel}:${n.payload ?? ''}`));
    await a.query('LISTEN news');
    await b.query('LISTEN News; LISTEN "Other"');
    await c.query("SELECT pg_notify('news', $1)", ['1']);
    await until('both heard it', () => heard.length >= 2);
    await c.query('BEGIN');
    await c.query("NOTIFY news, '2'");
    expect(heard).toHaveLength(2);
    await c.query('COMMIT');
    await until('both heard it', () => heard.length >= 4);
    await a.query('UNLISTEN *');
    await a.query("NOTIFY news, '3'");
    await a.query('NOTIFY "Other"');
    await until('b heard it', () => heard.length >= 6);
    expect(heard.toSorted()).toEqual(['a:news:1', 'a:news:2', 'b:Other:', 'b:news:1', 'b:news:2', 'b:news:3']);
  });

  it('lets no client change the session for others', async () => {
    const [a, b] = [await client(), await client()];
    for (const sql of [
      'SET search_path = nowhere',
      "SELECT set_config('search_path', 'nowhere', false)",
      'RESET ALL',
      'SET ROLE pg_monitor',
      'BEGIN; SET search_path = nowhere; COMMIT',
    ]) {
      await a.query(sql);
      expect(await one(b, "SELECT current_setting('search_path') || current_user")).toBe('bullmq,publicpostgres');
    }
    for (const sql of ['DISCARD ALL', 'DEALLOCATE ALL', 'SELECT pg_advisory_lock(1)', 'COPY public.x FROM STDIN']) {
      await expect(a.query(sql)).rejects.toMatchObject({ code: '0A000' });
    }
  });

  it('lets two connections use one name for different statements', async () => {
    const [a, b] = [await client(), await client()];
    const ask = async (c: Client, text: string): Promise<unknown> => (await c.query({ name: 'same', text, values: [2] })).rows[0];
    expect(await ask(a, 'SELECT $1::int AS x')).toEqual({ x: 2 });
    expect(await ask(b, 'SELECT $1::int * 10 AS y')).toEqual({ y: 20 });
    expect(await ask(a, 'SELECT $1::int AS x')).toEqual({ x: 2 });
    await b.end();
    await until(
      'the statements of the closed connection are gone',
      async () => (await one(a, 'SELECT count(*)::int FROM pg_prepared_statements')) === 1,
    );
  });

  it('answers a client that fetches rows in portions', async () => {
    const a = await client();
    const rows = await a.query({ text: 'SELECT * FROM generate_series(1, $1::int) AS n', values: [5], rows: 2 } as QueryConfig);
    expect(rows.rows).toHaveLength(5);
    expect(await one(await client(), 'SELECT 1')).toBe(1);
  });

  it('survives nonsense, and connections that end in the middle of a message', async () => {
    const { hostname, port } = new URL(service.url);
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      '\0\0\0\x10\x04\xD2\x16\x2E\0\0\0\x01\0\0\0\x02',
      '\0\0\0\x08\x04\xD2\x16\x2F',
      '\x7F\xFF\xFF\xFF',
      '\0',
    ]) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.write(Buffer.from(bytes, 'latin1'), resolve));
      socket.destroy();
    }
    expect(await one(await client(), 'SELECT 1')).toBe(1);
  });

  it('carries two BullMQ queues, three workers and a limiter', async () => {
    const connection = { connectionString: service.url };
    const queues = ['first', 'second'].map(
      (name) => new Queue(name, { connection: { ...connection, migrate: true } }, createPostgresBackend),
    );
    await Promise.all(queues.map(async (queue) => queue.waitUntilReady()));
    const done: string[] = [];
    const limited: number[] = [];
    const errors: Error[] = [];
    const workers = [
      new Worker('first', async (job) => void done.push(job.id ?? ''), { connection, concurrency: 4 }, createPostgresBackend),
      new Worker('first', async (job) => void done.push(job.id ?? ''), { connection, concurrency: 4 }, createPostgresBackend),
      new Worker(
        'second',
        async () => void limited.push(Date.now()),
        { connection, limiter: { max: 1, duration: 500 } },
        createPostgresBackend,
      ),
    ];
    for (const worker of workers) worker.on('error', (error) => errors.push(error));
    const ids = Array.from({ length: 200 }, (_, i) => `job-${String(i)}`);
    await Promise.all(ids.flatMap((jobId) => [1, 2].map(async () => queues[0]?.add('j', {}, { jobId }))));
    for (let i = 0; i < 3; i += 1) await queues[1]?.add('j', {});
    await until('all jobs are done', () => done.length >= ids.length && limited.length === 3);
    expect(done.toSorted()).toEqual(ids.toSorted());
    expect((limited[2] ?? 0) - (limited[0] ?? 0)).toBeGreaterThan(900);
    // A job added to an idle queue starts by notification, not by the next poll.
    const added = Date.now();
    await queues[0]?.add('j', {}, { jobId: 'late' });
    await until('it is done', () => done.includes('late'));
    expect(Date.now() - added).toBeLessThan(1_000);
    expect(errors).toEqual([]);
    await Promise.all(workers.map(async (worker) => worker.close()));
    await Promise.all(queues.map(async (queue) => queue.close()));
  });
});
