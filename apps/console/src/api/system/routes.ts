import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page System asks for. */
export function registerSystem(_app: ConsoleApp, _deps: ConsoleDeps): void {}
