import { readFileSync } from 'node:fs';
import { feedEnv } from '@watchpost/feed/config';
import { describe, expect, it } from 'vitest';
import { runTool } from '../support/deploy-tools.ts';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';
import { workspace } from '../support/sources.ts';

const dockerfile = readFileSync(fromRoot('deploy/Dockerfile'), 'utf8');
const compose = readFileSync(fromRoot('deploy/compose.yaml'), 'utf8');
const packages = workspace();
const all = (text: string, pattern: RegExp): string[] => Array.from(text.matchAll(pattern), ([, found = '']) => found);

/** The libraries that a package and the workspace's packages below it depend on. */
function libraries(home: string): Set<string> {
  const names = Object.keys(packages.get(home)?.dependencies ?? {});
  const homes = [...packages].filter(([, { name }]) => names.includes(name)).map(([home]) => home);
  return new Set([...names, ...homes.flatMap((below) => [...libraries(below)])]);
}

describe('deploy/Dockerfile', () => {
  it('copies every manifest of the workspace before it installs', () => {
    const copied = all(dockerfile, /^COPY (\S+)\/package\.json \1\/$/gm);
    expect(copied.sort()).toEqual([...packages.keys(), 'test'].sort());
  });

  it('deploys every app, and builds the targets that compose names', () => {
    const apps = [...packages].filter(([home]) => home.startsWith('apps/')).map(([, { name }]) => name);
    expect(all(dockerfile, /--filter (\S+) deploy/g).sort()).toEqual(apps.sort());
    const targets = all(compose, /target: ([\w-]+)/g);
    expect([...new Set(targets)]).toEqual(['ingest', 'worker', 'feed', 'console', 'cli', 'all-in-one']);
    expect(all(dockerfile, /^FROM \S+ AS ([\w-]+)$/gm)).toEqual(expect.arrayContaining([...targets, 'all-in-one']));
  });
});

describe('the build', () => {
  it('has every app that looks at pictures find faces, with both engines, before it is an image', () => {
    const seeing = [...packages.keys()].filter((home) => home.startsWith('apps/') && libraries(home).has('onnxruntime-node'));
    const folderOf = (home: string): string => (home === 'apps/standalone' ? 'all-in-one' : home.slice('apps/'.length));
    expect(dockerfile).toContain('for engine in onnx human; do');
    expect(new Set(all(dockerfile, /^ +finds node \/out\/([\w-]+)\//gm))).toEqual(new Set(seeing.map(folderOf)));
  });
});

describeWith(['hadolint'], 'the linter of Dockerfiles', () => {
  it('finds nothing', () => {
    expect(runTool('hadolint', [fromRoot('deploy/Dockerfile')])).toBe('');
    expect(() => runTool('hadolint', [fromRoot('test/fixtures/Dockerfile.careless')])).toThrow('DL3002');
  });
});

describe('an image', () => {
  it('never starts the demonstration', () => {
    const [, allInOne = ''] = dockerfile.split(/^FROM base AS all-in-one$/m);
    expect(allInOne).toContain('CMD ["node", "dist/main.js", "--no-demo"]');
  });

  it('that listens is ended when it hangs, which takes an init process', () => {
    const variables = all(dockerfile, /^HEALTHCHECK .* CMD \["node", "health-check\.mjs", "(\w+)", "\d+"/gm);
    expect(variables).toEqual(['PORT', 'WORKER_PORT', 'FEED_PORT', 'CONSOLE_PORT', 'PORT']);
    expect(dockerfile).toContain('COPY deploy/health-check.mjs .');
    expect(compose).toMatch(/^x-limits: &limits\n(?: .*\n)*? {2}init: true$/m);
  });
});

describe('deploy/compose.yaml', () => {
  it('gives the process that readers talk to no token and no key: nothing of deploy/.env but what it reads', () => {
    const [, feed = ''] = /^ {2}feed:\n((?: {4}.*\n)+)/m.exec(compose) ?? [];
    expect(feed).toContain('    env_file: []\n');
    const given = all(feed, /^ {6}([A-Z_]+): /gm);
    expect([...given].filter((name) => !Object.hasOwn(feedEnv, name.replace(/_FILE$/, '')) && !Object.hasOwn(feedEnv, name))).toEqual([
      'TZ',
    ]);
    expect(Object.keys(feedEnv).filter((name) => /(?:TOKEN|SECRET|KEY)$/.test(name))).toEqual([]);
  });
});

describe('what an app depends on', () => {
  const heavy = ['sharp', '@napi-rs/canvas', 'onnxruntime-node', '@vladmandic/face-api', '@vladmandic/human'];

  it('ingest needs nothing that looks at pictures', () => {
    const needed = libraries('apps/ingest');
    expect(heavy.filter((name) => needed.has(name))).toEqual([]);
    expect([...needed]).toEqual(expect.arrayContaining(['bullmq', 'pg', 'ioredis']));
  });

  it('no app carries the benches', () => {
    for (const home of packages.keys()) expect([...libraries(home)]).not.toContain('@watchpost/bench');
  });

  it('lets a busy worker take no time from ingest or the databases, of which each has the default weight', () => {
    const service = (name: string): string => new RegExp(`^  ${name}:\\n(?: {4}.*\\n|\\n)*`, 'm').exec(compose)?.[0] ?? '';
    expect(Number(/^ {4}cpu_shares: (\d+)$/m.exec(service('worker'))?.[1])).toBeLessThanOrEqual(1_024 / 8);
    for (const name of ['ingest', 'redis', 'mongo']) {
      expect(service(name)).toContain(`  ${name}:`);
      expect(service(name)).not.toContain('cpu_shares');
    }
  });
});
