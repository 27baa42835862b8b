import { AppError } from '@watchpost/shared/errors';

const placeholder = /\$\{secret:([a-z][a-z0-9_-]{0,39})\}/g;

/** The secrets that a header names: `Bearer ${secret:shop}`. */
export const secretsIn = (text: string): string[] => Array.from(text.matchAll(placeholder), ([, name = '']) => name);

/** Puts the secrets in. Throws `schedule-invalid` naming one that SCHEDULE_SECRETS does not have. */
export function withSecrets(headers: Readonly<Record<string, string>>, secrets: ReadonlyMap<string, string>): Record<string, string> {
  const put = (text: string): string =>
    text.replaceAll(placeholder, (_, name: string) => {
      const secret = secrets.get(name);
      if (secret === undefined) throw new AppError('schedule-invalid', `SCHEDULE_SECRETS has no ${name}`);
      return secret;
    });
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, put(text)]));
}
