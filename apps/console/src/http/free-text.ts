import { z } from 'zod';

/** What people write themselves: no half characters, and no control characters but line ends and tabs. `most`: characters. */
export const freeText = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(text), 'has characters that no text has');
