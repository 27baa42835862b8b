import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Violations asks for. */
export function registerViolations(_app: ConsoleApp, _deps: ConsoleDeps): void {}
