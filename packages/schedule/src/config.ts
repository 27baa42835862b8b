import { z } from 'zod';

/** The variables about jobs on a schedule. */
export const scheduleEnv = {
  /** The file of jobs on a schedule. */
  SCHEDULE_FILE: z.string().trim().optional(),
};
