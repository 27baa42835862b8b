import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Now asks for. */
export function registerNow(_app: ConsoleApp, _deps: ConsoleDeps): void {}
