import { AppError } from '../errors.ts';

/** Why a server could not listen, with what to do: `port-in-use`, `port-forbidden`, `host-unavailable`, or the error as it is. */
export function listenError(error: unknown, port: number, variable: string, host?: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE')
    return new AppError('port-in-use', `port ${port} is taken: stop what listens there, or set ${variable} to another one`, {
      cause: error,
    });
  if (code === 'EACCES')
    return new AppError('port-forbidden', `this user may not listen on port ${port}: set ${variable} to one above 1023`, { cause: error });
  if (host !== undefined && noSuchAddress.has(code))
    return new AppError('host-unavailable', `this machine has no address ${host}: set HOST to one that it has, or to 0.0.0.0 for all`, {
      cause: error,
    });
  return error;
}

const noSuchAddress = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAMILY', 'EAFNOSUPPORT', 'EINVAL', 'ENODATA']);
