/** An answer that is not what was asked for. `code` is that of docs/errors.md, or `network` when there was none. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
  }
}

/** What stands in an address after the question mark; what is undefined, null, or an empty string is left out. */
export type Params = Record<string, string | number | boolean | null | undefined>;

let csrfToken = '';
let onSignedOut: () => void = () => undefined;

/** The session's token, that every change carries. */
export const setCsrfToken = (token: string): void => {
  csrfToken = token;
};
/** What happens when the session has ended meanwhile. */
export const whenSignedOut = (listener: () => void): void => {
  onSignedOut = listener;
};

/** `/api/people?q=ada`: a path with its parameters. */
export function withParams(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** What was thrown, as an error of the API. */
export const toApiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : new ApiError('internal', String(thrown), 0);

const conflict = 'Somebody else changed this meanwhile, so nothing was saved. Look at what holds now, and try again.';

interface GetOptions {
  signal?: AbortSignal;
  /** Nobody asked for it but a change: it does not count as use of the session. */
  background?: boolean;
}

async function call<T>(method: string, path: string, body: unknown, { signal, background = false }: GetOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (background) headers['x-background'] = '1';
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const response = await fetch(path, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('network', 'The console does not answer. Is it running?', 0);
  });
  if (response.ok) return response.status === 204 ? JSON.parse('null') : response.json();
  const told: { error?: string; message?: string } = await response.json().catch(() => ({}));
  // Who is refused at the door was not signed in.
  if (response.status === 401 && !/^\/api\/(?:session$|sign-in)/.test(path)) onSignedOut();
  throw new ApiError(
    told.error ?? 'internal',
    (told.error === 'document-conflict' ? conflict : told.message) ?? `The console answered with status ${String(response.status)}.`,
    response.status,
  );
}

/** Calls of the console's API. Each rejects with an `ApiError`. */
export const api = {
  get: async <T>(path: string, options?: GetOptions): Promise<T> => call('GET', path, undefined, options),
  post: async <T = void>(path: string, body: unknown = {}): Promise<T> => call('POST', path, body),
  put: async <T = void>(path: string, body: unknown): Promise<T> => call('PUT', path, body),
  delete: async <T = void>(path: string): Promise<T> => call('DELETE', path, undefined),
};
