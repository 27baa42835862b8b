import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Log asks for. */
export function registerLog(_app: ConsoleApp, _deps: ConsoleDeps): void {}
