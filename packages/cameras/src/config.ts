import { z } from 'zod';

/** The variables of every process that treats cameras differently. */
export const camerasEnv = {
  /** The YAML file with the settings of the cameras; docs/cameras.md. */
  CAMERAS_FILE: z.string().trim().optional(),
};
