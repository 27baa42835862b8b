import type { DataClass } from './data-class.ts';

/** What the console keeps of those who use it. */
export const consoleClasses = [
  {
    id: 'console-sessions',
    title: 'Sessions of the console',
    what: 'who is signed in to the console: a hash of the cookie, the name, the role; attempts to sign in, by a hash of the address; which browsers have signed in before, by a hash of what they keep; the key of the pages’ tokens',
    where: '`documents`',
    howLong: '12 hours without use, seven days at most; attempts an hour; a browser 180 days after it last signed in',
    setting: null,
    about: 'person',
    holds: { in: 'documents', kinds: ['console-session', 'console-attempts', 'console-browser', 'console-link', 'console-secret'] },
    keepMs: null,
    by: 'worker',
  },
  {
    id: 'console-log',
    title: 'Log of the console',
    what: 'who signed in to the console, who was refused, from which address; who made which kind of change there, or exported what is kept of somebody, and when, not of whom; who changed the queue, who decided about which violation, who restored which backup, and whose consent it may have brought back (random ids)',
    where: '`documents`',
    howLong: '`AUDIT_KEEP_DAYS` (400)',
    setting: 'AUDIT_KEEP_DAYS',
    about: 'person',
    holds: { in: 'documents', kinds: ['console-log', 'queue-change', 'restore-consent', 'restore-log', 'violation-decision'] },
    keepMs: ({ auditMs }) => auditMs,
    by: 'worker',
  },
] as const satisfies readonly DataClass[];
