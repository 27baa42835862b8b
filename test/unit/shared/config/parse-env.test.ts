import { commonEnv, hostEnv } from '@watchpost/shared/config/common';
import { mayBeQuoted, parseEnv } from '@watchpost/shared/config/parse-env';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const shape = {
  ...commonEnv,
  ...hostEnv,
  TOKEN: z.string(),
  COUNT: z.coerce.number().optional(),
  PATTERN: z.string().default('x').meta(mayBeQuoted),
};

describe('a value in quotes', () => {
  it.each(['"xoxb-1"', "'xoxb-1'", '“xoxb-1”', '„xoxb-1“', '«xoxb-1»', '‘xoxb-1’', '`xoxb-1`', ' "xoxb-1" ', '""'])(
    'is refused with what to do, and is not repeated: %s',
    (value) => {
      const parse = () => parseEnv({ TOKEN: value }, shape);
      expect(parse).toThrow(expect.objectContaining({ code: 'config-invalid', message: 'TOKEN: remove the quotes around the value' }));
    },
  );

  it('is reported once, and beside the other faults', () => {
    const parse = () => parseEnv({ COUNT: '"5"', LOG_LEVEL: '“warn”', SHUTDOWN_GRACE_MS: 'soon' }, shape);
    expect(parse).toThrow(/^COUNT: remove the quotes[^]*LOG_LEVEL: remove the quotes[^]*TOKEN is not set/);
    expect(parse).toThrow(/SHUTDOWN_GRACE_MS: must be a whole number from 0 to 600000$/m);
    expect(parse).not.toThrow(/COUNT: Invalid|LOG_LEVEL: Invalid/);
  });

  it.each(['say "cheese"', '"a" and b', "it's", '"', '5"'])('is not what only has quotes in it: %s', (value) => {
    expect(parseEnv({ TOKEN: value }, shape).TOKEN).toBe(value);
  });

  it('is taken where quotes may be meant', () => {
    expect(parseEnv({ TOKEN: 't', PATTERN: '"(.+)"' }, shape).PATTERN).toBe('"(.+)"');
  });
});

it.each(['x', '1.5', '-1', '600001', '1e9', 'Infinity'])('a number that is none is refused with what it may be: %s', (value) => {
  const parse = () => parseEnv({ TOKEN: 't', SHUTDOWN_GRACE_MS: value }, shape);
  expect(parse).toThrow(expect.objectContaining({ message: 'SHUTDOWN_GRACE_MS: must be a whole number from 0 to 600000' }));
});

it.each(['toString', 'constructor', '__proto__'])('a variable of somebody else is not looked at, whatever its name: %s', (name) => {
  const env = Object.fromEntries([
    ['TOKEN', 't'],
    [name, '"x"'],
  ]);
  expect(parseEnv(env, shape).TOKEN).toBe('t');
});

it('an IPv6 address may have the brackets of a URL', () => {
  expect(parseEnv({ TOKEN: 't', HOST: '[::1]' }, shape).HOST).toBe('::1');
});
