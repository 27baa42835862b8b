import { commaList, wholeNumber } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

const hostSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be host names such as youtube.com, which also stand for their subdomains');

/** The variables about converting links. */
export const convertEnv = {
  /** Whose links may be converted. Not set: none are. */
  CONVERT_HOSTS: commaList.pipe(z.array(hostSchema)).optional(),
  /** The largest file that is fetched, or made. */
  CONVERT_MAX_BYTES: wholeNumber(1_048_576, 4_294_967_296).default(209_715_200),
  /** For fetching and converting together, milliseconds. */
  CONVERT_TIMEOUT_MS: wholeNumber(1_000, 7_200_000).default(600_000),
  /** How long a link to a converted file is good for, hours. */
  CONVERT_KEEP_HOURS: wholeNumber(1, 720).default(24),
  FFMPEG_PATH: z.string().trim().optional(),
  YT_DLP_PATH: z.string().trim().optional(),
  /** Where programs are looked for; every system sets it. */
  PATH: z.string().default(''),
};
