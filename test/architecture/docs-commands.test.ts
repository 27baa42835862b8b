import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { commands, usageOf } from '@watchpost/cli/commands';
import { readLauncherArgs } from '@watchpost/standalone/usage';
import { describe, expect, it } from 'vitest';
import { startScript } from '../support/start-script.ts';
import { commandsOf, documents, type DocsCommand } from '../support/docs-commands.ts';
import { fromRoot } from '../support/root.ts';

const read = (file: string): string => readFileSync(fromRoot(file), 'utf8');
/** `NAME=value command` as the names of its variables and the command. */
function split(text: string): { variables: string[]; command: string } {
  const [assignments = ''] = /^(?:[A-Z_]+=\S+ )*/.exec(text) ?? [];
  return { variables: assignments.match(/[A-Z_]+(?==)/g) ?? [], command: text.slice(assignments.length) };
}
const words = (text: string): string[] =>
  text
    .replace(/\s#.*$/, '')
    .split(/\s+/)
    .filter(Boolean);
const options = (text: string): string[] => Array.from(text.matchAll(/(?<=\s)--[a-z][\w-]*/g), ([option]) => option);

/** What `bench help` says of each bench. */
const benches = new Map(
  Array.from(
    execFileSync('sh', ['-c', `"${process.execPath}" "${fromRoot('scripts/bench.mjs')}" help 2>&1`], { encoding: 'utf8' }).matchAll(
      /^ {2}([a-z-]+) (.*)$/gm,
    ),
    ([, name = '', usage = '']) => [name, usage],
  ),
);

/** What `prove help` says. */
const proofs = execFileSync('sh', ['-c', `"${process.execPath}" "${fromRoot('scripts/prove.mjs')}" help 2>&1`], { encoding: 'utf8' });

/** `NAME ARGS...`: the command exists and has these options and these arguments in capitals. A name may have two words. */
function checkWatchpost(text: string): void {
  const [first = '', second = '', ...others] = words(text);
  if (first === 'COMMAND' || first === 'help') return;
  const isLong = commands.has(`${first} ${second}`);
  const [name, args] = isLong ? [`${first} ${second}`, others] : [first, [second, ...others]];
  const entry = commands.get(name);
  expect([name, entry]).toEqual([name, expect.anything()]);
  const named = [...options(text), ...args.filter((arg) => /^[A-Z]+$/.test(arg))];
  const shown = [usageOf(name, entry!), ...(entry!.options ?? []).map(([option]) => option)].join(' ');
  const usage = [...words(shown.replaceAll(/[^\w\s-]/g, ' ')), '--help'];
  expect(usage).toEqual(expect.arrayContaining(named));
}

function checkBench(text: string): void {
  const [name = ''] = words(text);
  if (name === 'NAME') return expect(/# (.*)$/.exec(text)?.[1]?.split(', ').sort()).toEqual([...benches.keys()].sort());
  expect([...benches.keys()]).toContain(name);
  expect(words(benches.get(name)!.replaceAll(/[^\w\s-]/g, ' '))).toEqual(expect.arrayContaining(options(text)));
}

function checkProof(text: string): void {
  expect(words(proofs.replaceAll(/[^\w\s-]/g, ' '))).toEqual(expect.arrayContaining([words(text)[0], ...options(text)]));
}

/** `SERVICE rm FILE`, or `SERVICE node dist/… COMMAND`. */
function checkExec([service, program, file = '', ...command]: string[], services: readonly (string | undefined)[]): void {
  expect(services).toContain(service);
  if (program === 'rm') return;
  expect([program, existsSync(fromRoot(`apps/standalone/src/${file.replace(/^dist\/(.*)\.js$/, '$1.ts')}`))]).toEqual(['node', true]);
  checkWatchpost(command.join(' '));
}

function checkCompose(text: string): void {
  const [, , flag, file = '', verb, ...rest] = words(text);
  expect([flag === '-f' || flag === '--file', existsSync(fromRoot(file))]).toEqual([true, true]);
  const services = Array.from(read(file).matchAll(/^ {2}([a-z-]+):(?: &[a-z-]+)?$/gm), ([, name]) => name);
  if (verb === 'up') {
    for (const [, service] of text.matchAll(/--scale (\w+)=\d+/g)) expect(services).toContain(service);
    expect(['--detach', '--build', '--scale']).toEqual(expect.arrayContaining(options(rest.join(' '))));
    return;
  }
  if (verb === 'stop' || verb === 'cp' || verb === 'logs') {
    expect(services).toContain(rest.find((word) => !word.startsWith('-'))?.split(':')[0]);
    return;
  }
  if (verb === 'exec') return checkExec(rest, services);
  expect([verb, services.includes('cli')]).toEqual(['run', true]);
  // These are for one command each.
  if (rest[0] === '--rm' && ['drain', 'move'].includes(rest[1] ?? '')) {
    expect(services).toContain(rest[1]);
    return;
  }
  const [flags = '', command] = text.split(/ cli (?=\w)/);
  expect(['--file', '--rm', '--user', '--volume']).toEqual(expect.arrayContaining(options(flags)));
  checkWatchpost(command ?? '');
}

/**
 * Every kind of command in the documents, with what can be checked of it without running it. `runs`: where it is run; else why it
 * cannot be run in a test. The commands of `watchpost` are run by test/e2e/docs-commands.test.ts.
 */
const kinds: { of: RegExp; runs: string; check: (text: string) => void }[] = [
  { of: /^npm run --silent watchpost -- /, runs: 'test/e2e/docs-commands.test.ts', check: checkWatchpost },
  { of: /^watchpost (?=\w)|^(?=enroll |reembed )/, runs: 'no: a mention in the text, in short', check: checkWatchpost },
  { of: /^(npm run --silent )?(bench )?-- /, runs: 'no: benches take minutes; developers run them', check: checkBench },
  { of: /^npm run --silent prove -- /, runs: 'test/contract/gallery-model.test.ts, the proof itself', check: checkProof },
  {
    of: /^npm start(?: -- |$)/,
    runs: 'test/e2e/npm-start.test.ts',
    check: (text) => {
      expect(JSON.parse(read('package.json')).scripts.start).toBe(`node ${startScript}`);
      expect(readLauncherArgs(words(text)).help).toBe(false);
    },
  },
  {
    of: /^npm test( -- )?/,
    runs: 'it runs this test',
    check: (text) => {
      expect(words(text).filter((path) => !existsSync(fromRoot(path)))).toEqual([]);
    },
  },
  {
    of: /^npm run build(?:\s+#.*)?$/,
    runs: 'every command of npm: scripts/bootstrap.mjs does it first',
    check: () => expect(JSON.parse(read('package.json')).scripts.build).toBe('node scripts/build.mjs'),
  },
  {
    of: /^npx pnpm@/,
    runs: 'no: scripts/bootstrap.mjs runs pnpm; the scripts are tools of developers',
    check: (text) => {
      const [version, verb, script = ''] = words(text);
      expect(version).toBe(/pnpmVersion = '([\d.]+)'/.exec(read('scripts/bootstrap.mjs'))?.[1]);
      expect([...Object.keys(JSON.parse(read('package.json')).scripts).map((name) => `run ${name}`), 'install ']).toContain(
        `${verb} ${script}`,
      );
    },
  },
  {
    of: /^export /,
    runs: 'no: the values are the reader’s own',
    check: (text) => expect(read('docs/configuration.md')).toContain(`| \`${/^\w+/.exec(text)?.[0]}\` |`),
  },
  { of: /^(?=docker compose )/, runs: 'no: needs Docker; the `watchpost` command in it is run', check: checkCompose },
  {
    of: /^kubectl apply --kustomize /,
    runs: 'no: needs a cluster; deploy-kubernetes.test.ts builds the example that it is a copy of',
    check: (text) => expect(read('docs/deploying.md')).toContain(`\ncp -r deploy/kubernetes/example ${text}\n`),
  },
  {
    of: /^cp -r (?=deploy\/kubernetes)/,
    runs: 'no: see the one above',
    check: (text) => expect(existsSync(fromRoot(`${words(text)[0] ?? ''}/kustomization.yaml`))).toBe(true),
  },
  {
    of: /^docker build --file /,
    runs: 'no: needs Docker; deploying.md says how the images were built',
    check: (text) => {
      const [file = '', , target = ''] = words(text);
      expect(read(file)).toMatch(new RegExp(`^FROM \\S+ AS ${target}$`, 'm'));
    },
  },
  { of: /^git (?=clone |pull$)/, runs: 'no: the address is the reader’s own', check: () => undefined },
  { of: /^mkdir -p (?=[a-z]+$)/, runs: 'no: it makes a folder', check: () => undefined },
  {
    of: /^(?:cp|sh) deploy\/(?!kubernetes)/,
    runs: 'test/architecture/deploy-compose.test.ts',
    check: (text) => expect(existsSync(fromRoot(`deploy/${words(text)[0] ?? ''}`))).toBe(true),
  },
  {
    of: /^docker exec CONTAINER node dist\//,
    runs: 'no: needs Docker',
    check: (text) => {
      const [program = '', ...command] = words(text);
      expect(existsSync(fromRoot(`apps/standalone/src/${program.replace('.js', '.ts')}`))).toBe(true);
      checkWatchpost(command.join(' '));
    },
  },
  {
    of: /^psql (?="\$\()/,
    runs: 'here, up to the URL; psql is not a dependency',
    check: (text) => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-docs-'));
      try {
        mkdirSync(path.join(folder, 'data'));
        writeFileSync(path.join(folder, 'data', 'embedded.json'), JSON.stringify({ url: 'postgres://the-url', pid: 1 }));
        expect(execFileSync('sh', ['-c', `printf %s ${text}`], { cwd: folder, encoding: 'utf8' })).toBe('postgres://the-url');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
];
/** Lines of code blocks that are no commands. */
const formulas = [/^quality = size × /];

const all: DocsCommand[] = documents().flatMap(commandsOf);

describe('the commands in the documents', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(40);
    expect(benches.size).toBeGreaterThan(5);
  });

  it.each(all)('$file:$line $text', ({ text }) => {
    const { variables, command } = split(text);
    const documented = read('docs/configuration.md');
    expect(variables.filter((name) => !documented.includes(`| \`${name}\` |`))).toEqual([]);
    const kind = kinds.find(({ of }) => of.test(command));
    kind?.check(command.replace(kind.of, ''));
    expect(kind ?? formulas.find((formula) => formula.test(command)), 'a command of a new kind').toBeDefined();
  });

  it('of every kind are in the documents', () => {
    expect(kinds.filter(({ of }) => !all.some(({ text }) => of.test(split(text).command)))).toEqual([]);
  });
});
