import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page People asks for. */
export function registerPeople(_app: ConsoleApp, _deps: ConsoleDeps): void {}
