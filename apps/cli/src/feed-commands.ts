import type { CommandEntry } from './command.ts';

/** The commands about feeds. */
export const feedCommands: Record<string, CommandEntry> = {
  'feeds check': {
    usage: 'FILE',
    does: 'say what is wrong with a file of feeds, or what its feeds are',
    needs: 'nothing',
    load: () => import('./commands/feeds/check.ts'),
  },
  'feeds list': {
    usage: '[--json]',
    does: 'list the feeds, with how many entries they have and how many wait for approval',
    needs: 'gallery',
    load: () => import('./commands/feeds/list.ts'),
  },
  'feeds entries': {
    usage: 'FEED [--held] [--limit N] [--json]',
    does: 'list the newest entries of a feed; or only those that wait for approval',
    needs: 'gallery',
    load: () => import('./commands/feeds/entries.ts'),
  },
  'feeds show': {
    usage: 'FEED MESSAGE [--json]',
    does: 'show one entry with its versions; MESSAGE is its time (1763800000.000100), or a link to it',
    needs: 'gallery',
    load: () => import('./commands/feeds/show.ts'),
  },
  'feeds approve': {
    usage: 'FEED MESSAGE [--json]',
    does: 'approve what a message says now',
    needs: 'gallery',
    load: () => import('./commands/feeds/approve.ts'),
  },
  'feeds override': {
    usage: 'FEED MESSAGE TEXT [--json]',
    does: "show readers this text in place of the message's",
    needs: 'gallery',
    load: () => import('./commands/feeds/override.ts'),
  },
  'feeds restore': {
    usage: 'FEED MESSAGE [--json]',
    does: "show the message's own text again",
    needs: 'gallery',
    load: () => import('./commands/feeds/restore.ts'),
  },
  'feeds hide': {
    usage: 'FEED MESSAGE [--json]',
    does: 'hide an entry from readers',
    needs: 'gallery',
    load: () => import('./commands/feeds/hide.ts'),
  },
  'feeds unhide': {
    usage: 'FEED MESSAGE [--json]',
    does: 'take that back',
    needs: 'gallery',
    load: () => import('./commands/feeds/unhide.ts'),
  },
  'feeds history': {
    usage: '[--limit N] [--json]',
    does: 'list who decided what about entries with these commands',
    needs: 'gallery',
    load: () => import('./commands/feeds/history.ts'),
  },
};
