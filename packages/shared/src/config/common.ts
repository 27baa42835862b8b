import { z } from 'zod';
import { logLevels } from '../observability/logger.ts';
import { parseUrl } from '../parse-url.ts';
import { commaList, wholeNumber, type ConfigOf } from './parse-env.ts';

/** Read by every process. */
export const commonEnv = {
  LOG_LEVEL: z.enum(logLevels).default('info'),
  /** How long running work may take to finish after SIGTERM. Milliseconds. */
  SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000).default(20_000),
};
export type CommonConfig = ConfigOf<typeof commonEnv>;

const port = wholeNumber(0, 65_535);

/** Ports, each read by its process and by the launcher; 0 takes a free one. */
export const portEnv = {
  /** Of ingest. */
  PORT: port.default(5_000),
  /** Of the worker's health endpoint. */
  WORKER_PORT: port.default(5_001),
  /** Of the feeds' readers. */
  FEED_PORT: port.default(5_002),
  /** Of the console. */
  CONSOLE_PORT: port.default(5_003),
};

/** The address that ingest and the worker's health endpoint listen on, an IPv6 address without the brackets that URLs have. */
export const hostEnv = {
  HOST: z
    .string()
    .trim()
    .transform((host) => host.replace(/^\[(.*)\]$/, '$1'))
    .default('0.0.0.0'),
};

/** Where ingest is reached from outside, for links that we give to people. */
export const publicUrlEnv = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
};

/** Whether each % begins an escape. Redis's and MongoDB's drivers find out only when they connect, again and again; PostgreSQL's takes it as it is. */
const hasWholeEscapes = (text: string): boolean => {
  try {
    return typeof decodeURIComponent(text) === 'string';
  } catch {
    return false;
  }
};
const escapeFault = 'has a % that begins no escape: in a user or a password write it as %25';

const redisUrlFault = 'must be a redis:// or rediss:// URL, or several of one Redis Cluster, comma-separated';

/** The URLs in REDIS_URL: one, or several nodes of a Redis Cluster. Pure. */
export const redisUrls = (text: string): string[] => commaList.safeParse(text).data ?? [];

/** Where the queue and the gallery are. The URL chooses the adapter; see `queueFaults` and `galleryFaults` for what each needs. */
export const storageEnv = {
  REDIS_URL: z
    .string()
    .refine((text) => redisUrls(text).every((url) => /^rediss?:$/.test(parseUrl(url)?.protocol ?? '')), redisUrlFault)
    .refine(hasWholeEscapes, escapeFault)
    .optional(),
  /** REDIS_URL names a node of a Redis Cluster. Several URLs mean that too. */
  REDIS_CLUSTER: z.enum(['on', 'off']).optional(),
  /** What all our keys in Redis begin with. On a Redis Cluster it needs braces: what is in them decides where the keys are. */
  QUEUE_PREFIX: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9._{}-]{1,64}$/, 'may have letters, digits, . _ - and braces, 64 characters at most')
    .refine((prefix) => /^[^{}]*(\{[^{}]+\}[^{}]*)?$/.test(prefix), 'may have one pair of braces, with something in them')
    .optional(),
  MONGO_CONNECTION_STRING: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must be a mongodb:// or mongodb+srv:// URL')
    .refine(hasWholeEscapes, escapeFault)
    .optional(),
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
};
export type StorageConfig = ConfigOf<typeof storageEnv>;

/** What the queue's keys depend on. */
export type QueueAddress = Pick<StorageConfig, 'REDIS_URL' | 'REDIS_CLUSTER' | 'QUEUE_PREFIX'>;

/** Whether the queue is on a Redis Cluster. Pure. */
export const isRedisCluster = ({ REDIS_URL, REDIS_CLUSTER }: QueueAddress): boolean =>
  REDIS_CLUSTER === 'on' || redisUrls(REDIS_URL ?? '').length > 1;

/** What our keys in Redis begin with. On a Cluster the default has braces, so that all keys of a queue are in one slot. Pure. */
export const queuePrefix = (address: QueueAddress): string =>
  address.QUEUE_PREFIX ?? (isRedisCluster(address) ? '{watchpost}' : 'watchpost');

/** The queue is on Redis, else on PostgreSQL. `npm start` brings an embedded PostgreSQL if neither is set; a process on its own needs one. */
export function queueFaults(config: StorageConfig): string[] {
  const missing =
    config.REDIS_URL || config.POSTGRES_URL ? [] : ['REDIS_URL or POSTGRES_URL must be set for the queue (npm start brings its own)'];
  return [...missing, ...queuePrefixFaults(config)];
}

/** Redis refuses every script of the queue on a Cluster where its keys are in several slots. */
function queuePrefixFaults(config: StorageConfig): string[] {
  const prefix = config.QUEUE_PREFIX ?? '';
  if (!config.REDIS_URL || !isRedisCluster(config) || prefix === '' || prefix.includes('{')) return [];
  return [`QUEUE_PREFIX: a Redis Cluster needs braces in it, so that all keys of a queue are in one slot: {${prefix}}`];
}

/** The gallery is on MongoDB, else on PostgreSQL. */
export function galleryFaults(config: StorageConfig): string[] {
  return config.MONGO_CONNECTION_STRING || config.POSTGRES_URL
    ? []
    : ['MONGO_CONNECTION_STRING or POSTGRES_URL must be set for the database (npm start brings its own)'];
}
