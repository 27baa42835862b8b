export interface ErrorParameters {
  retry_after?: number;
  migrate_to_chat_id?: number;
}

/** What the Bot API answers instead of a result. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly parameters: ErrorParameters;

  constructor(code: number, description: string, parameters: ErrorParameters = {}) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

/** The caller's mistake, in Telegram's words. */
export const badRequest = (words: string): ApiError => new ApiError(400, `Bad Request: ${words}`);
export const forbidden = (words: string): ApiError => new ApiError(403, `Forbidden: ${words}`);
