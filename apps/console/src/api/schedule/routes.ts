import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Schedule asks for. */
export function registerSchedule(_app: ConsoleApp, _deps: ConsoleDeps): void {}
