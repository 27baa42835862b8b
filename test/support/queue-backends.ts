import { createPostgresBackend, Queue } from 'bullmq';
import { postgres, redis, type Service, type ServiceName } from './services.ts';

/** What BullMQ can keep its jobs in; every suite about the queue runs over all of them. */
export interface QueueBackend {
  name: 'Redis' | 'PostgreSQL';
  needs: ServiceName[];
  /** `own`: a server that the test may kill. */
  start: (options?: { own?: boolean }) => Promise<Service>;
  /** An empty queue, on a server that the test leaves alone. */
  startEmpty: () => Promise<Service>;
  storage: (url: string) => { REDIS_URL: string } | { POSTGRES_URL: string };
  /** The queue as BullMQ itself sees it, for what only a stranger does. */
  raw: (url: string, queue?: string) => Pick<Queue, 'pause' | 'add' | 'getJob' | 'getJobs' | 'close'>;
}

export const queueBackends: QueueBackend[] = [
  {
    name: 'Redis',
    needs: ['redis'],
    start: async (options) => redis(options),
    startEmpty: async () => redis({ own: true }),
    storage: (url) => ({ REDIS_URL: url }),
    raw: (url, queue = 'snapshots') => new Queue(queue, { connection: { url }, prefix: 'watchpost' }),
  },
  {
    name: 'PostgreSQL',
    needs: ['postgres'],
    start: async (options) => postgres(options),
    startEmpty: async () => postgres(),
    storage: (url) => ({ POSTGRES_URL: url }),
    raw: (url, queue = 'snapshots') => new Queue(queue, { connection: { connectionString: url } }, createPostgresBackend),
  },
];
