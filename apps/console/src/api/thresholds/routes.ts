import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Thresholds asks for. */
export function registerThresholds(_app: ConsoleApp, _deps: ConsoleDeps): void {}
