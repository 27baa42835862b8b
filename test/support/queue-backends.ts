import { createPostgresBackend, Queue } from 'bullmq';
import { pglite, redis, type Service, type ServiceName } from './services.ts';

/** What BullMQ can keep its jobs in; every suite about the queue runs over all of them. */
export interface QueueBackend {
  name: string;
  needs: ServiceName[];
  /** `own`: a server that the test may kill, and that keeps its data then. */
  start: (options?: { own?: boolean }) => Promise<Service>;
  storage: (url: string) => { REDIS_URL: string } | { POSTGRES_URL: string };
  /** The queue as BullMQ itself sees it, for what only a stranger does. */
  raw: (url: string) => Pick<Queue, 'add' | 'getJob' | 'close'>;
}

export const queueBackends: QueueBackend[] = [
  {
    name: 'Redis',
    needs: ['redis'],
    start: async (options) => redis(options),
    storage: (url) => ({ REDIS_URL: url }),
    raw: (url) => new Queue('snapshots', { connection: { url }, prefix: 'watchpost' }),
  },
  {
    name: 'PostgreSQL (PGlite)',
    needs: [],
    start: async ({ own = false } = {}) => pglite({ persistent: own }),
    storage: (url) => ({ POSTGRES_URL: url }),
    raw: (url) => new Queue('snapshots', { connection: { connectionString: url } }, createPostgresBackend),
  },
];
