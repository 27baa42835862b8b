import { commaList } from '@watchpost/shared/config/parse-env';
import { parseUrl } from '@watchpost/shared/parse-url';
import { z } from 'zod';

/** The variables about addresses outside. */
export const outsideEnv = {
  /** Origins that jobs on a schedule may ask although their addresses are not public: `http://127.0.0.1:5001`. Never links that people send. */
  FETCH_PRIVATE_ORIGINS: commaList
    .refine((list) => list.every((each) => parseUrl(each)?.origin === each), 'must be origins such as http://127.0.0.1:5001')
    .pipe(z.array(z.string()))
    .optional(),
};
