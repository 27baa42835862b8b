import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';

/** What the page Cameras asks for. */
export function registerCameras(_app: ConsoleApp, _deps: ConsoleDeps): void {}
