import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@watchpost/bench/servers/server';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { runTool } from '../support/deploy-tools.ts';
import { describeWith } from '../support/describe-with.ts';
import { documents } from '../support/docs-commands.ts';
import { fromRoot } from '../support/root.ts';
import { until } from '../support/until.ts';

const service = z.looseObject({
  profiles: z.array(z.string()).default([]),
  image: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.unknown()).default({}),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  secrets: z.array(z.looseObject({ source: z.string() })).default([]),
  networks: z.record(z.string(), z.unknown()).default({}),
  ports: z.array(z.looseObject({ target: z.number(), host_ip: z.string().optional() })).default([]),
  volumes: z.array(z.looseObject({ target: z.string() })).default([]),
});
const model = z.looseObject({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.looseObject({ file: z.string() })),
});

const filesNamed = (environment: Record<string, string>): string[] =>
  Object.values(environment).flatMap((value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? []);

describeWith(['compose-go'], 'deploy/compose.yaml', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'compose-'));
    cpSync(fromRoot('deploy'), path.join(folder, 'deploy'), {
      recursive: true,
      filter: (file) => !/\/(?:secrets|files|\.env)$/.test(file),
    });
    cpSync(path.join(folder, 'deploy/example.env'), path.join(folder, 'deploy/.env'));
    execFileSync('sh', [path.join(folder, 'deploy/make-secrets.sh')], { stdio: 'ignore' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (file = path.join(folder, 'deploy/compose.yaml')) => model.parse(parse(runTool('compose-go', [file])));

  it('is a model that compose takes, and nothing in it is misspelt', () => {
    expect(Object.keys(read().services).sort()).toEqual([
      'all-in-one',
      'cli',
      'console',
      'drain',
      'feed',
      'ingest',
      'mongo',
      'move',
      'redis',
      'worker',
    ]);
    const misspelt = path.join(folder, 'deploy/misspelt.yaml');
    writeFileSync(misspelt, readFileSync(fromRoot('deploy/compose.yaml'), 'utf8').replace('shm_size', 'shm_sice'));
    expect(() => read(misspelt)).toThrow('shm_sice');
  });

  it.each([
    ['embedded', ['all-in-one']],
    ['servers', ['ingest', 'mongo', 'redis', 'worker']],
    ['servers,feed,console', ['console', 'feed', 'ingest', 'mongo', 'redis', 'worker']],
  ])('%s starts what it says, with all that this depends on', (profiles, names) => {
    const wanted = profiles.split(',');
    const started = Object.entries(read().services).filter(([, each]) => each.profiles.some((profile) => wanted.includes(profile)));
    expect(started.map(([name]) => name).sort()).toEqual(names);
    for (const [, { depends_on }] of started) for (const name of Object.keys(depends_on)) expect(names).toContain(name);
  });

  it('leads each port to where a process listens, whatever deploy/.env says of the ports outside, and from this machine only', () => {
    const file = path.join(folder, 'deploy/.env');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${before}\nPORT=6000\nWORKER_PORT=6001\nFEED_PORT=6002\nCONSOLE_PORT=6003\n`);
    try {
      const variables: Record<number, string> = { 5_000: 'PORT', 5_002: 'FEED_PORT', 5_003: 'CONSOLE_PORT' };
      const published = Object.entries(read().services).flatMap(([name, { environment, ports }]) =>
        ports.map(({ target, host_ip: address }) => {
          expect([name, environment[variables[target] ?? ''], address]).toEqual([name, String(target), '127.0.0.1']);
          return `${name} ${String(target)}`;
        }),
      );
      expect(published.toSorted()).toEqual([
        'all-in-one 5000',
        'all-in-one 5002',
        'all-in-one 5003',
        'console 5003',
        'feed 5002',
        'ingest 5000',
      ]);
    } finally {
      writeFileSync(file, before);
    }
  });

  it('mounts nothing where a command of the documents mounts its own folder', () => {
    const texts = documents().map((file) => readFileSync(fromRoot(file), 'utf8'));
    const targets = texts.flatMap((text) => Array.from(text.matchAll(/--volume "?[^\s"]+:(\/[\w/]+)"? cli /g), ([, target]) => target));
    expect(targets.length).toBeGreaterThan(0);
    const mounted = read().services['cli']?.volumes.map(({ target }) => target) ?? [];
    expect(mounted).toContain('/files');
    expect(targets.filter((target) => target !== undefined && mounted.includes(target))).toEqual([]);
  });

  it('runs our processes without rights, on a root that nobody can write to', () => {
    const ours = Object.entries(read().services).filter(([, { image }]) => image === undefined);
    expect(ours.map(([name]) => name).sort()).toEqual(['all-in-one', 'cli', 'console', 'drain', 'feed', 'ingest', 'move', 'worker']);
    for (const [, each] of ours) expect(each).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('hands over secrets as files, each only to those that name it', () => {
    const { services, secrets } = read();
    const given = (name: string): string[] => (services[name]?.secrets ?? []).map(({ source }) => source).sort();
    for (const [name, { environment }] of Object.entries(services)) {
      const named = filesNamed(environment);
      expect(named.filter((each) => !given(name).includes(each))).toEqual([]);
      expect(
        Object.entries(environment).filter(([variable, value]) => /(?:TOKEN|SECRET|PASSWORD|KEY)$/.test(variable) && value !== ''),
      ).toEqual([]);
    }
    const handed = Object.keys(services).filter((name) => !['mongo', 'redis', 'move'].includes(name));
    for (const name of handed) expect(given(name)).toEqual(filesNamed(services[name]?.environment ?? {}).sort());
    expect(given('feed')).toEqual(['mongo_connection_string']);
    // It is in an argument of its command.
    expect(given('move')).toEqual(['mongo_connection_string']);
    for (const { file } of Object.values(secrets))
      expect(statSync(path.join(folder, 'deploy/secrets', path.basename(file))).mode & 0o777).toBe(0o644);
    expect(statSync(path.join(folder, 'deploy/secrets')).mode & 0o777).toBe(0o700);
  });

  it('secrets that are there are never replaced', () => {
    const file = path.join(folder, 'deploy/secrets/slack_api_token');
    const key = path.join(folder, 'deploy/secrets/message_key');
    const before = readFileSync(key, 'utf8');
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(file, 'xoxb-1');
    execFileSync('sh', [path.join(folder, 'deploy/make-secrets.sh')], { stdio: 'ignore' });
    expect(readFileSync(file, 'utf8')).toBe('xoxb-1');
    expect(readFileSync(key, 'utf8')).toBe(before);
  });

  it('draws again what is empty, and leaves nothing half written', () => {
    const secret = (name: string): string => path.join(folder, 'deploy/secrets', name);
    for (const name of ['message_key', 'mongo_root_password']) writeFileSync(secret(name), '');
    const full = spawnSync('sh', ['-c', 'ulimit -f 0; exec sh "$0"', path.join(folder, 'deploy/make-secrets.sh')]);
    expect([full.status === 0, readFileSync(secret('message_key'), 'utf8')]).toEqual([false, '']);
    execFileSync('sh', [path.join(folder, 'deploy/make-secrets.sh')], { stdio: 'ignore' });
    expect(readFileSync(secret('message_key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(secret('mongo_root_password'), 'utf8')).toMatch(/^[0-9a-f]{48}$/);
  });

  it('draws nothing anew without what follows from it, and says what a store must be told', () => {
    const secret = (name: string): string => path.join(folder, 'deploy/secrets', name);
    const said = (name: string): string => readFileSync(secret(name), 'utf8');
    const make = (): string => spawnSync('sh', [path.join(folder, 'deploy/make-secrets.sh')], { encoding: 'utf8' }).stderr;
    writeFileSync(secret('redis_password'), '');
    expect(make()).toBe('');
    expect(said('redis_users')).toContain(`>${said('redis_password')} `);
    expect(said('redis_url')).toContain(`:${said('redis_password')}@`);
    expect(said('redis_password')).toMatch(/^[0-9a-f]{48}$/);
    writeFileSync(secret('watchpost_db_password'), '');
    expect(make()).toContain('updateUser("watchpost"');
    expect(said('mongo_connection_string')).toContain(`:${said('watchpost_db_password')}@`);
    const before = said('mongo_connection_string');
    expect(make()).toBe('');
    expect(said('mongo_connection_string')).toBe(before);
  });

  it('makes folders that containers may read, and a secret that holds only white space anew, whoever else runs it', async () => {
    const own = mkdtempSync(path.join(tmpdir(), 'secrets-'));
    try {
      const script = path.join(own, 'make-secrets.sh');
      cpSync(fromRoot('deploy/make-secrets.sh'), script);
      const runs = await Promise.all(
        [0, 1, 2].map(
          async () =>
            new Promise<number | null>((resolve) => {
              spawn('sh', ['-c', 'umask 077; exec sh "$0"', script], { stdio: 'ignore' }).on('exit', resolve);
            }),
        ),
      );
      expect(runs).toEqual([0, 0, 0]);
      const modeOf = (name: string): string => (statSync(path.join(own, name)).mode & 0o777).toString(8);
      expect(['files', 'secrets/destinations', 'secrets'].map(modeOf)).toEqual(['755', '755', '700']);
      const said = (name: string): string => readFileSync(path.join(own, 'secrets', name), 'utf8');
      expect([said('redis_password').length, said('message_key').length]).toEqual([48, 64]);
      writeFileSync(path.join(own, 'secrets/redis_password'), ' \n');
      execFileSync('sh', [script], { stdio: 'ignore' });
      expect(said('redis_password')).toMatch(/^[0-9a-f]{48}$/);
      expect(said('redis_url')).toContain(`:${said('redis_password')}@`);
    } finally {
      rmSync(own, { recursive: true });
    }
  });

  it('keeps the stores away from the network outside, and Redis from the process that readers talk to', () => {
    const { services, networks } = z
      .looseObject({ networks: z.record(z.string(), z.unknown()) })
      .and(model)
      .parse(read());
    for (const [store, network] of [
      ['redis', 'queue'],
      ['mongo', 'database'],
    ] as const) {
      expect(networks[network]).toMatchObject({ internal: true });
      expect(Object.keys(services[store]?.networks ?? {})).toEqual([network]);
    }
    expect(Object.keys(services['feed']?.networks ?? {}).sort()).toEqual(['database', 'outside']);
  });
});

describeWith(['compose-go'], 'deploy/monitoring.compose.yaml', () => {
  it("joins the network of watchpost, mounts files that there are, and publishes nothing but Grafana's port, on this machine", () => {
    const monitored = z.looseObject({
      services: z.record(z.string(), service.extend({ volumes: z.array(z.looseObject({ type: z.string(), source: z.string() })) })),
      networks: z.record(z.string(), z.looseObject({ external: z.boolean().optional() })),
    });
    const { services, networks } = monitored.parse(parse(runTool('compose-go', [fromRoot('deploy/monitoring.compose.yaml')])));
    expect(networks['watchpost_outside']).toMatchObject({ external: true });
    expect(readFileSync(fromRoot('deploy/compose.yaml'), 'utf8')).toMatch(/^name: watchpost\n[^]*^networks:\n {2}outside:$/m);
    expect(Object.keys(services['prometheus']?.networks ?? {}).sort()).toEqual(['default', 'watchpost_outside']);
    const bound = Object.values(services).flatMap(({ volumes }) => volumes.filter(({ type }) => type === 'bind'));
    expect(bound.map(({ source }) => path.basename(source))).toEqual(expect.arrayContaining(['prometheus', 'provisioning', 'dashboards']));
    // compose-go takes them from where it runs, compose from where the file is.
    const files = bound.map(({ source }) => fromRoot(path.join('deploy', path.relative(process.cwd(), source))));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const ports = Object.values(services).flatMap((each) => each.ports);
    expect(ports).toMatchObject([{ target: 3_000, host_ip: '127.0.0.1' }]);
  });
});

describeWith(['compose-go', 'redis'], "compose.yaml's Redis", () => {
  it('lets nobody in without the password, and watchpost in with its URL', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'compose-'));
    cpSync(fromRoot('deploy/make-secrets.sh'), path.join(folder, 'make-secrets.sh'));
    execFileSync('sh', [path.join(folder, 'make-secrets.sh')], { stdio: 'ignore' });
    const secret = (name: string): string => path.join(folder, 'secrets', name);
    const { services } = z
      .object({ services: z.looseObject({ redis: z.looseObject({ command: z.array(z.string()) }) }) })
      .parse(parse(readFileSync(fromRoot('deploy/compose.yaml'), 'utf8')));
    const port = await freePort();
    const [program = '', ...args] = services.redis.command.map((word) => word.replace('/run/secrets/redis_users', secret('redis_users')));
    const server = spawn(program, [...args, '--port', String(port), '--dir', folder], { stdio: 'ignore' });
    const client = (url: string): Redis => new Redis(url, { retryStrategy: () => 50 }).on('error', () => undefined);
    const url = readFileSync(secret('redis_url'), 'utf8').replace('redis:6379', `127.0.0.1:${port}`);
    const [stranger, ours] = [client(`redis://127.0.0.1:${port}`), client(url)];
    try {
      await until('it answers', async () => stranger.ping().catch((error: Error) => /NOAUTH/.test(error.message)));
      await expect(stranger.keys('*')).rejects.toThrow('NOAUTH');
      expect(await ours.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    } finally {
      stranger.disconnect();
      ours.disconnect();
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});
