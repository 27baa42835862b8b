import { AppError } from '@watchpost/shared/errors';

const pattern = /^[a-z0-9][a-z0-9.-]{0,159}$/;

/** A picture's name, if it can neither leave its folder nor hide in it. Throws `internal`: names are made by ourselves. */
export function checkedName(name: string): string {
  if (pattern.test(name) && !name.includes('..')) return name;
  throw new AppError('internal', 'a picture has a name that no destination takes');
}

/** Where readers load it from. */
export const publicAddress = (base: string, name: string): string => `${base.replace(/\/+$/, '')}/${encodeURIComponent(name)}`;

/** A file in a folder of another machine. */
export const remotePath = (directory: string, name: string): string => `${directory.replace(/\/+$/, '')}/${name}`;
