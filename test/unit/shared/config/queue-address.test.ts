import { isRedisCluster, queueFaults, queuePrefix, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { describe, expect, it } from 'vitest';

const parse = (env: Env) => parseEnv(env, storageEnv, queueFaults);
const one = 'redis://r:6379';

describe('where the queue is on Redis', () => {
  it.each([
    [{ REDIS_URL: one }, false, 'watchpost'],
    [{ REDIS_URL: one, QUEUE_PREFIX: 'site-a' }, false, 'site-a'],
    [{ REDIS_URL: one, REDIS_CLUSTER: 'off' }, false, 'watchpost'],
    [{ REDIS_URL: one, REDIS_CLUSTER: 'on' }, true, '{watchpost}'],
    [{ REDIS_URL: `${one}, redis://s` }, true, '{watchpost}'],
    [{ REDIS_URL: `${one},redis://s`, QUEUE_PREFIX: 'x{site-a}' }, true, 'x{site-a}'],
    [{ POSTGRES_URL: 'postgres://p', QUEUE_PREFIX: 'unused' }, false, 'unused'],
  ])('%j', (env: Env, cluster, prefix) => {
    const storage = parse(env);
    expect([isRedisCluster(storage), queuePrefix(storage)]).toEqual([cluster, prefix]);
  });

  it.each([
    [{ REDIS_URL: one, REDIS_CLUSTER: 'on', QUEUE_PREFIX: 'site-a' }, /QUEUE_PREFIX: a Redis Cluster needs braces.*\{site-a\}/],
    [{ REDIS_URL: `${one},http://r` }, /REDIS_URL: must be a redis/],
    [{ REDIS_URL: one, QUEUE_PREFIX: 'a:b' }, /QUEUE_PREFIX: may have letters/],
    [{ REDIS_URL: one, QUEUE_PREFIX: '{a}{b}' }, /QUEUE_PREFIX: may have one pair/],
    [{ REDIS_URL: one, QUEUE_PREFIX: '{}' }, /QUEUE_PREFIX: may have one pair/],
    [{ REDIS_URL: one, QUEUE_PREFIX: '{a' }, /QUEUE_PREFIX: may have one pair/],
    [{ REDIS_URL: one, REDIS_CLUSTER: 'yes' }, /REDIS_CLUSTER/],
  ])('refuses %j', (env: Env, fault) => {
    expect(() => parse(env)).toThrow(fault);
  });
});
