import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Queue asks for. */
export function registerQueue(_app: ConsoleApp, _deps: ConsoleDeps): void {}
