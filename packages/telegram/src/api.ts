import { Api } from 'grammy';

/** The Bot API's methods, typed by grammY. */
export type TelegramApi = Api;

export interface TelegramApiOptions {
  token: string;
  /** Of the Bot API, without a slash at its end. */
  apiUrl: string;
  /** For one call, milliseconds. */
  timeoutMs: number;
}

/** Calls of the Bot API. They reject with AppErrors, in which the token never appears. */
export function createTelegramApi({ token, apiUrl, timeoutMs }: TelegramApiOptions): TelegramApi {
  return new Api(token, { apiRoot: apiUrl, timeoutSeconds: timeoutMs / 1_000 });
}
