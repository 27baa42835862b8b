import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Rules asks for. */
export function registerRules(_app: ConsoleApp, _deps: ConsoleDeps): void {}
