import { z } from 'zod';

/** An address in an answer of Slack's. Of a protocol: without one Zod asks URL.canParse, which is wrong on Node 20 (see parseUrl). */
export const slackUrl = z.url({ protocol: /^https?$/ });
