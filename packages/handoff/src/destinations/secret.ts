import { readFile } from 'node:fs/promises';
import { refused, translated } from './failures.ts';

/** Read at each use, so that a secret can be replaced without a restart. */
export async function readSecret(file: string, what: string, signal: AbortSignal): Promise<string> {
  const text = (await readText(file, what, signal)).replace(/\r?\n$/, '');
  if (text === '') throw refused(`the file with the ${what}, ${file}, is empty`);
  return text;
}

/** The whole file: a key, a certificate. */
export async function readText(file: string, what: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (error) {
    throw translated(error, signal, (own) =>
      refused(`the file with the ${what}, ${file}, cannot be read: create it, and let the worker read it`, own),
    );
  }
}
