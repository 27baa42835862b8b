import { personIdOf, snapshotIdOf } from './planned.ts';

/** A call of the console's API that the bench measures. */
export interface ConsoleCall {
  /** For the report. */
  name: string;
  method: 'GET' | 'POST';
  /** Of the `round`-th call: others ask for other things, as people do. */
  path: (round: number) => string;
  body?: (round: number) => object;
}

const get = (name: string, path: (round: number) => string): ConsoleCall => ({ name, method: 'GET', path });
const same = (path: string) => () => path;
/** One of the persons who are seen most, and of all. */
const popular = (round: number): string => personIdOf(round % 5);
const anybody = (round: number): string => personIdOf((round * 37) % 10_000);

/** Every call that pages make while people look; each room of the API has its own. */
export const consoleCalls: readonly ConsoleCall[] = [
  get('people, last seen', same('/api/people?limit=120')),
  get('people, by name', same('/api/people?sort=name&limit=120')),
  get('people, seen most often', same('/api/people?sort=often&limit=120&status=named')),
  get('people, searched', (round) => `/api/people?limit=120&q=${['bjor', 'curie', 'unknown', '12', 'a'][round % 5] ?? ''}`),
  get('person', (round) => `/api/people/${anybody(round)}`),
  get('person seen 10,000 times: sightings', (round) => `/api/people/${popular(round)}/sightings`),
  get('person seen 10,000 times: hours and days', () => `/api/people/${personIdOf(0)}/when?zone=Europe/Berlin`),
  get('person: changes', (round) => `/api/people/${popular(round)}/changes`),
  get('person: merge preview', (round) => `/api/people/${personIdOf(round % 90)}/merge-preview?into=${personIdOf((round % 90) + 3)}`),
  get('face', (round) => `/api/faces/${String(round % 100).padStart(8, '0')}-0001-4000-8000-000000000000/crop`),
  get('unknowns', same('/api/unknowns?limit=50')),
  get('faces that nobody is sure of', same('/api/unsure-faces')),
  get('visits', same('/api/visits')),
  get('names', (round) => `/api/names?text=${['b', 'cu', 'ad'][round % 3] ?? ''}`),
  get('names of cameras', same('/api/camera-names')),
  get('picture', (round) => `/api/pictures/${snapshotIdOf(round)}`),
  get('picture: a face', (round) => `/api/pictures/${snapshotIdOf(round * 5)}/faces/0`),
  get('cameras', same('/api/cameras')),
  get('cameras: settings of one', same('/api/cameras/settings?camera=slack%3AC0CAMERAS%2FGate')),
  get('thresholds: 250 pictures tried', (round) => `/api/thresholds?limit=250&oneIn=${String(2_000 + round)}`),
  get('thresholds: of one camera', (round) => `/api/thresholds?limit=250&oneIn=${String(2_000 + round)}&camera=slack%3AC0CAMERAS%2FGate`),
  get('thresholds: the lines', same('/api/thresholds/lines')),
  get('queue', same('/api/queue')),
  get('queue: history', same('/api/queue/history')),
  get('queue: jobs', same('/api/queue/jobs')),
  get('rules', same('/api/rules')),
  get('violations', same('/api/violations')),
  get('feeds', same('/api/feeds')),
  get('schedule', same('/api/schedule')),
  get('log', same('/api/log')),
  get('system', same('/api/system')),
  get('system: storage', same('/api/system/storage')),
  get('counts', same('/api/counts')),
];
