import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { runTool } from '../support/deploy-tools.ts';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';

const service = z.looseObject({
  profiles: z.array(z.string()).default([]),
  image: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.unknown()).default({}),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  secrets: z.array(z.looseObject({ source: z.string() })).default([]),
  networks: z.record(z.string(), z.unknown()).default({}),
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

  it('keeps the stores away from the network outside', () => {
    const { services, networks } = z
      .looseObject({ networks: z.record(z.string(), z.unknown()) })
      .and(model)
      .parse(read());
    expect(networks['stores']).toMatchObject({ internal: true });
    for (const name of ['redis', 'mongo']) expect(Object.keys(services[name]?.networks ?? {})).toEqual(['stores']);
  });
});
