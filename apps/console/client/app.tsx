import type { JSX } from 'preact';
import { lazy, LocationProvider, Route, Router } from 'preact-iso';
import { Page } from './kit/page.tsx';
import { Empty } from './kit/states.tsx';
import { addresses } from './pages/addresses.ts';
import { SessionGate } from './shell/session-gate.tsx';

/** Each page is a file of its own that is loaded when it is shown. */
const pages = {
  now: lazy(async () => (await import('./pages/now.tsx')).NowPage),
  people: lazy(async () => (await import('./pages/people.tsx')).PeoplePage),
  person: lazy(async () => (await import('./pages/person.tsx')).PersonPage),
  unknowns: lazy(async () => (await import('./pages/unknowns.tsx')).UnknownsPage),
  picture: lazy(async () => (await import('./pages/picture.tsx')).PicturePage),
  cameras: lazy(async () => (await import('./pages/cameras.tsx')).CamerasPage),
  thresholds: lazy(async () => (await import('./pages/thresholds.tsx')).ThresholdsPage),
  queue: lazy(async () => (await import('./pages/queue.tsx')).QueuePage),
  rules: lazy(async () => (await import('./pages/rules.tsx')).RulesPage),
  violations: lazy(async () => (await import('./pages/violations.tsx')).ViolationsPage),
  feeds: lazy(async () => (await import('./pages/feeds.tsx')).FeedsPage),
  schedule: lazy(async () => (await import('./pages/schedule.tsx')).SchedulePage),
  log: lazy(async () => (await import('./pages/log.tsx')).LogPage),
  system: lazy(async () => (await import('./pages/system.tsx')).SystemPage),
};

export function App(): JSX.Element {
  return (
    <LocationProvider>
      <SessionGate>
        <Router>
          <Route path={addresses.now} component={pages.now} />
          <Route path={addresses.people} component={pages.people} />
          <Route path={addresses.person} component={pages.person} />
          <Route path={addresses.unknowns} component={pages.unknowns} />
          <Route path={addresses.picture} component={pages.picture} />
          <Route path={addresses.cameras} component={pages.cameras} />
          <Route path={addresses.thresholds} component={pages.thresholds} />
          <Route path={addresses.queue} component={pages.queue} />
          <Route path={addresses.rules} component={pages.rules} />
          <Route path={addresses.violations} component={pages.violations} />
          <Route path={addresses.feeds} component={pages.feeds} />
          <Route path={addresses.schedule} component={pages.schedule} />
          <Route path={addresses.log} component={pages.log} />
          <Route path={addresses.system} component={pages.system} />
          <Route default component={NotFound} />
        </Router>
      </SessionGate>
    </LocationProvider>
  );
}

function NotFound(): JSX.Element {
  return (
    <Page title="Not found">
      <Empty icon="search" title="There is no page at this address">
        The navigation leads to all that there are.
      </Empty>
    </Page>
  );
}
