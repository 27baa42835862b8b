import { commaList } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

const secretPattern = /^[a-z][a-z0-9_-]{0,39}=.{1,1000}$/;

/** The variables about jobs on a schedule. */
export const scheduleEnv = {
  /** The file of jobs on a schedule. */
  SCHEDULE_FILE: z.string().trim().optional(),
  /** What headers in that file name as `${secret:NAME}`: `shop=abc,bank=def`. No other variable can be named there. */
  SCHEDULE_SECRETS: commaList
    .refine((list) => list.every((each) => secretPattern.test(each)), 'must be such as shop=abc,bank=def')
    .transform((list) => new Map(list.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)])))
    .optional(),
};
