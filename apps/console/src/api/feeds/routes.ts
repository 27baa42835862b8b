import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Feeds asks for. */
export function registerFeeds(_app: ConsoleApp, _deps: ConsoleDeps): void {}
