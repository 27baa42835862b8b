import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Pictures asks for. */
export function registerPictures(_app: ConsoleApp, _deps: ConsoleDeps): void {}
