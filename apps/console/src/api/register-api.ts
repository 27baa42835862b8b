import type { ConsoleApp } from '../console-app.ts';
import type { ConsoleDeps } from '../deps.ts';
import { registerOpenApiRoute } from '../http/openapi.ts';
import { createTally } from '../people/tally.ts';
import { registerCameras } from './cameras/routes.ts';
import { registerCounts } from './counts/routes.ts';
import { registerFeeds } from './feeds/routes.ts';
import { registerLive } from './live/routes.ts';
import { registerLog } from './log/routes.ts';
import { registerNow } from './now/routes.ts';
import { registerPeople } from './people/routes.ts';
import { registerPictures } from './pictures/routes.ts';
import { registerQueue } from './queue/routes.ts';
import { registerRules } from './rules/routes.ts';
import { registerSchedule } from './schedule/routes.ts';
import { registerSession } from './session/routes.ts';
import { registerSystem } from './system/routes.ts';
import { registerThresholds } from './thresholds/routes.ts';
import { registerUnknowns } from './unknowns/routes.ts';
import { registerViolations } from './violations/routes.ts';

/** All of the API, a room for each page. */
export function registerApi(app: ConsoleApp, deps: ConsoleDeps): void {
  registerSession(app, deps);
  registerCounts(app, deps);
  registerLive(app, deps);
  registerOpenApiRoute(app);
  registerNow(app, deps);
  const tally = createTally(deps);
  registerPeople(app, deps, tally);
  registerUnknowns(app, deps, tally);
  registerPictures(app, deps);
  registerCameras(app, deps);
  registerThresholds(app, deps);
  registerQueue(app, deps);
  registerRules(app, deps);
  registerViolations(app, deps);
  registerFeeds(app, deps);
  registerSchedule(app, deps);
  registerLog(app, deps);
  registerSystem(app, deps);
}
