import { slug, violationOf } from './fill-operations.ts';
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
const post = (name: string, path: (round: number) => string, body: (round: number) => object): ConsoleCall => ({
  name,
  method: 'POST',
  path,
  body,
});
const same = (path: string) => () => path;
/** One of the persons who are seen most, and of all. */
const popular = (round: number): string => personIdOf(round % 5);
const anybody = (round: number): string => personIdOf((round * 37) % 10_000);

/** Every call that pages make while people look, and changes that they make; each room of the API has its own. */
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
  get('queue: failures', same('/api/queue/failures')),
  get('queue: changes', same('/api/queue/changes')),
  get('rules', same('/api/rules')),
  get('rules: changes', same('/api/rules/changes')),
  post('rules: one tried on a text', same('/api/rules/try'), (round) => ({
    what: { look: { pattern: 'code-[0-9]+-[0-9a-f]{8}' } },
    on: { text: `The code is code-${String(round)}-0123abcd. `.repeat(200) },
  })),
  get('violations', same('/api/violations')),
  get('violations: open', same('/api/violations?state=open')),
  get('violations: of an author', (round) => `/api/violations?author=U0${String(round % 40)}`),
  get('violation', (round) => `/api/violations/${violationOf(round)}`),
  get('feeds', same('/api/feeds')),
  get('feed: entries', same(`/api/feeds/${slug}/entries`)),
  get('feed: decisions', same('/api/feeds/decisions')),
  get('schedule', same('/api/schedule')),
  get('log', same('/api/log')),
  get('system', same('/api/system')),
  get('system: storage', same('/api/system/storage')),
  get('counts', same('/api/counts')),
  // Changes, at last: others are looked at after them.
  post(
    'change: a person is named',
    (round) => `/api/people/${personIdOf(5_000 + round)}/name`,
    (round) => ({ to: `Named ${String(round)} on the bench` }),
  ),
  post(
    'change: two persons are merged',
    (round) => `/api/people/${personIdOf(7_000 + 2 * round)}/merge`,
    (round) => ({ into: personIdOf(7_001 + 2 * round) }),
  ),
  post(
    'change: a face is nobody’s',
    (round) => `/api/sightings/${snapshotIdOf(50_000 + round)}/faces/0/assign`,
    () => ({ person: null }),
  ),
];
