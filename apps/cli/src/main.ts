import '@watchpost/see/no-telemetry';
import { toAppError } from '@watchpost/shared/errors';
import type { Command } from './command.ts';

/** The commands of `watchpost`: one line each, loaded when they are called. */
const commands: Record<string, { usage: string; load: () => Promise<Command> }> = {
  analyze: {
    usage: 'analyze [--json] [--embeddings] [--annotate DIR] FILE...   the faces in local pictures',
    load: async () => (await import('./commands/analyze.ts')).analyze,
  },
  bench: {
    usage: 'bench [--json]   measures this machine and says how many cameras it carries',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  people: {
    usage: 'people [--json]   everybody, and when and where they were last seen',
    load: async () => (await import('./commands/people.ts')).people,
  },
  name: {
    usage: 'name FROM TO [--json]   names a person: name "Unknown 3" Ada',
    load: async () => (await import('./commands/name.ts')).name,
  },
  merge: {
    usage: 'merge FROM INTO [--json]   two persons are one',
    load: async () => (await import('./commands/change.ts')).merge,
  },
  alias: {
    usage: 'alias NAME ALIAS [--json]   one more name that finds a person',
    load: async () => (await import('./commands/change.ts')).alias,
  },
  ignore: {
    usage: 'ignore NAME [--json]   a person is known and not reported; unignore NAME takes it back',
    load: async () => (await import('./commands/change.ts')).ignore,
  },
  unignore: {
    usage: 'unignore NAME [--json]   a person is reported again',
    load: async () => (await import('./commands/change.ts')).unignore,
  },
  forget: {
    usage: 'forget NAME [--json]   erases a person, the faces and the sightings',
    load: async () => (await import('./commands/change.ts')).forget,
  },
  undo: {
    usage: 'undo   takes the newest change of people back, for ten minutes',
    load: async () => (await import('./commands/change.ts')).undo,
  },
  history: {
    usage: 'history [--json]   what was done to people, by whom, newest first',
    load: async () => (await import('./commands/change.ts')).history,
  },
  enroll: {
    usage: 'enroll [--force] (--name NAME FILE... | --folder DIR)   reference faces from pictures; a folder: a sub-folder a person',
    load: async () => (await import('./commands/enroll.ts')).enroll,
  },
  export: {
    usage: 'export FILE   the whole gallery as one file',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  restore: {
    usage: 'restore [--replace] FILE   the gallery from such a file',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  reembed: {
    usage: 'reembed [--keep-old]   new vectors for all faces, from their stored pictures, with the configured model',
    load: async () => (await import('./commands/reembed.ts')).reembedCommand,
  },
  import: {
    usage: "import [--from URL]   the old Python service's names, as persons without faces",
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
};

async function main(): Promise<number> {
  const [name = 'help', ...args] = process.argv.slice(2);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const command = commands[name];
  if (!command) {
    const help = ['usage: npm run --silent watchpost -- COMMAND', '', ...Object.values(commands).map(({ usage }) => `  ${usage}`)].join(
      '\n',
    );
    if (['help', '--help', '-h'].includes(name)) {
      print(help);
      return 0;
    }
    warn(`there is no command ${name}\n${help}`);
    return 2;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const run = await command.load();
  return run(args, { env: process.env, signal: interrupt.signal, print, warn });
}

try {
  process.exitCode = await main();
} catch (error) {
  const { code, message } = toAppError(error);
  process.stderr.write(`${code}: ${message}\n`);
  process.exitCode = 1;
}
