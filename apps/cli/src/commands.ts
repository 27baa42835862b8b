import type { CommandEntry } from './command.ts';
import { feedCommands } from './feed-commands.ts';
import { ruleCommands } from './rule-commands.ts';
import { scheduleCommands } from './schedule-commands.ts';

/** All commands of `watchpost` by name, of one word or two, under the headings of the help. Each is a file that is loaded when the command is called. */
export const commandGroups: Record<string, Record<string, CommandEntry>> = {
  People: {
    people: {
      usage: '[--suggestions] [--json]',
      does: 'list everybody, with when and where they were last seen; or only unknown people who may be somebody known',
      needs: 'gallery',
      load: () => import('./commands/people.ts'),
    },
    name: {
      usage: 'FROM TO [--json]',
      does: 'name or rename a person: name "Unknown 3" Ada',
      needs: 'gallery',
      load: () => import('./commands/name.ts'),
    },
    merge: {
      usage: 'FROM INTO [--json]',
      does: 'merge two entries for the same person',
      needs: 'gallery',
      load: () => import('./commands/merge.ts'),
    },
    distinguish: {
      usage: 'NAME OTHER [--json]',
      does: 'say that two are not the same: distinguish "Unknown 7" Ada',
      needs: 'gallery',
      load: () => import('./commands/distinguish.ts'),
    },
    alias: {
      usage: 'NAME ALIAS [--json]',
      does: 'add another name that finds a person',
      needs: 'gallery',
      load: () => import('./commands/alias.ts'),
    },
    ignore: {
      usage: 'NAME [--json]',
      does: 'keep recognising a person, but stop reporting them',
      needs: 'gallery',
      load: () => import('./commands/ignore.ts'),
    },
    unignore: {
      usage: 'NAME [--json]',
      does: 'report an ignored person again',
      needs: 'gallery',
      load: () => import('./commands/unignore.ts'),
    },
    forget: {
      usage: 'NAME [--json]',
      does: 'erase a person with their faces and sightings',
      needs: 'gallery',
      load: () => import('./commands/forget.ts'),
    },
    receipts: {
      usage: '[ID [--settle --note TEXT]] [--limit N] [--json]',
      does: 'say what was erased of people who are forgotten, and what is left; or settle what is left in the chat',
      needs: 'gallery',
      load: () => import('./commands/receipts.ts'),
    },
    consent: {
      usage: 'NAME [asked | given | withdrawn] [--note TEXT] [--json]',
      does: 'note whether a person consents, or say what was noted',
      needs: 'gallery',
      load: () => import('./commands/consent.ts'),
    },
    'export-person': {
      usage: 'NAME TARGET',
      does: 'write all that is kept about a person to a new folder, or to a new file whose name ends in .zip',
      needs: 'gallery',
      load: () => import('./commands/export-person.ts'),
    },
    retention: {
      usage: '[--json]',
      does: 'list what is kept, how much of it, for how long, and what is due next',
      needs: 'gallery',
      load: () => import('./commands/retention.ts'),
    },
    undo: {
      usage: '[ID]',
      does: 'undo your latest change to people, or the one of this id, up to ten minutes later',
      needs: 'gallery',
      load: () => import('./commands/undo.ts'),
    },
    history: {
      usage: '[--limit N] [--json]',
      does: 'list the latest changes to people and who made them, with their ids',
      needs: 'gallery',
      load: () => import('./commands/history.ts'),
    },
    explain: {
      usage: '[--json] [--strangers-named-one-in N] [--persons N] SNAPSHOT',
      does: 'say why each face of a snapshot got its name, and try another risk or size of the gallery',
      needs: 'gallery',
      load: () => import('./commands/explain.ts'),
    },
    check: {
      usage: '[--repair] [--json]',
      does: 'list what was damaged by editing the database by hand, and mend it',
      needs: 'gallery',
      load: () => import('./commands/check.ts'),
    },
  },
  'Moving in and backups': {
    enroll: {
      usage: '[--force] (--name NAME FILE... | --folder DIR)',
      does: 'add reference faces from pictures; DIR has one subfolder per person',
      needs: 'gallery-or-new',
      load: () => import('./commands/enroll.ts'),
    },
    import: {
      usage: '[--from URL]',
      does: "import the old Python service's names, as people without faces",
      needs: 'gallery-or-new',
      load: () => import('./commands/import.ts'),
    },
    export: {
      usage: '[--gallery] FILE',
      does: 'write the whole database, or only the gallery, to a new file',
      needs: 'gallery',
      load: () => import('./commands/export.ts'),
    },
    restore: {
      usage: '[--replace [--bring-back]] FILE',
      does: 'read the database from an exported file, and compare it with the file',
      needs: 'gallery-or-new',
      options: [
        ['--replace', 'overwrite what is there; whom it had forgotten is forgotten again'],
        ['--bring-back', 'they come back instead'],
      ],
      load: () => import('./commands/restore.ts'),
    },
    verify: {
      usage: 'FILE',
      does: 'check an exported file, without any database',
      needs: 'nothing',
      load: () => import('./commands/verify.ts'),
    },
    move: {
      usage: '--to URL|embedded | --to-file FILE [--replace] [--leave-jobs]',
      does: 'copy everything into another database, of either kind, and compare',
      needs: 'gallery',
      options: [
        ['--to', 'a postgres:// or mongodb:// URL, or embedded: the database of npm start'],
        ['--to-file', 'a file with that, whose password nobody sees on the command line'],
        ['--replace', 'overwrite what is there'],
        ['--leave-jobs', 'go on although jobs wait in the queue of the database that is moved from: they stay there'],
      ],
      load: () => import('./commands/move.ts'),
    },
    reembed: {
      usage: '[--keep-old]',
      does: 'embed all stored faces again, with the configured model',
      needs: 'gallery',
      load: () => import('./commands/reembed.ts'),
    },
  },
  'Message rules': ruleCommands,
  Feeds: feedCommands,
  'Jobs on a schedule': scheduleCommands,
  'Jobs in the queue': {
    jobs: {
      usage: '[list | retry | drop] [ID... | --all] [--kind K] [--state S] [--limit N] [--json]',
      does: 'list what failed (or is waiting, delayed, active) and why; run it again, or drop it',
      needs: 'queue',
      load: () => import('./commands/jobs.ts'),
    },
  },
  'Pictures and this machine': {
    analyze: {
      usage: '[--json] [--embeddings] [--annotate DIR] FILE...',
      does: 'find the faces in local pictures',
      needs: 'nothing',
      load: () => import('./commands/analyze.ts'),
    },
    compare: {
      usage: '[--json] FILE FILE...',
      does: 'say of each two pictures whether their largest faces are one person',
      needs: 'nothing',
      load: () => import('./commands/compare.ts'),
    },
    doctor: {
      usage: '[--json]',
      does: 'examine the installation: platforms, queue, database, files and this machine; what is wrong, and what to do',
      needs: 'running',
      load: () => import('./commands/doctor.ts'),
    },
    bench: {
      usage: '[--table] [--json]',
      does: 'measure how many cameras this machine can serve; --table: also by size of picture and number of faces',
      needs: 'nothing',
      load: () => import('./commands/bench.ts'),
    },
  },
};

export const commands: ReadonlyMap<string, CommandEntry> = new Map(Object.values(commandGroups).flatMap((group) => Object.entries(group)));

/** `people [--json]`. */
export const usageOf = (name: string, { usage }: CommandEntry): string => `${name} ${usage}`.trimEnd();

/** Whether commands of two words begin with this one. */
export const isFamily = (word: string): boolean => [...commands.keys()].some((name) => name.startsWith(`${word} `));
