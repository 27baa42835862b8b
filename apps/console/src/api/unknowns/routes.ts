import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Unknowns asks for. */
export function registerUnknowns(_app: ConsoleApp, _deps: ConsoleDeps): void {}
