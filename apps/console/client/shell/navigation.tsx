import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import type { CountsAnswer } from '../../src/api/session/schema.ts';
import { formatCount, formatShort, unitOf } from '../kit/format.ts';
import { Icon, type IconName } from '../kit/icons.tsx';

interface Place {
  href: string;
  label: string;
  icon: IconName;
  count?: keyof CountsAnswer;
  tone?: 'warn' | 'danger';
  /** What the count counts, one and many, for its title and screen readers. */
  counted?: readonly [one: string, many: string];
}

const groups: { label: string; places: Place[] }[] = [
  {
    label: 'Watch',
    places: [
      { href: '/', label: 'Now', icon: 'now' },
      { href: '/people', label: 'People', icon: 'people' },
      { href: '/unknowns', label: 'Unknowns', icon: 'unknown', count: 'unknowns', counted: ['unknown person', 'unknown people'] },
      { href: '/cameras', label: 'Cameras', icon: 'camera' },
      { href: '/thresholds', label: 'Try thresholds', icon: 'slider' },
    ],
  },
  {
    label: 'Messages',
    places: [
      { href: '/rules', label: 'Rules', icon: 'rules' },
      {
        href: '/violations',
        label: 'Violations',
        icon: 'violation',
        count: 'violations',
        tone: 'warn',
        counted: ['open violation', 'open violations'],
      },
      { href: '/feeds', label: 'Feeds', icon: 'feed' },
    ],
  },
  {
    label: 'Operate',
    places: [
      { href: '/queue', label: 'Queue', icon: 'queue', count: 'failedJobs', tone: 'danger', counted: ['failed job', 'failed jobs'] },
      { href: '/schedule', label: 'Schedule', icon: 'schedule' },
      { href: '/log', label: 'Log', icon: 'log' },
      { href: '/system', label: 'System', icon: 'system', count: 'alerts', tone: 'danger', counted: ['open alert', 'open alerts'] },
    ],
  },
];

/** Those that a thumb reaches. */
const thumb = ['/', '/people', '/unknowns', '/queue'];

const isCurrent = (href: string, path: string): boolean => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));

function Count({ place, counts }: { place: Place; counts: CountsAnswer | undefined }): JSX.Element | null {
  const count = place.count && counts ? counts[place.count] : null;
  if (!count || !place.counted) return null;
  const [one, many] = place.counted;
  return (
    <span class={`count ${place.tone ?? ''}`} title={formatCount(count, one, many)}>
      {formatShort(count)}
      <span class="visually-hidden"> {unitOf(count, one, many)}</span>
    </span>
  );
}

/** All pages, in groups. */
export function Navigation({ counts, onFollow }: { counts: CountsAnswer | undefined; onFollow?: () => void }): JSX.Element {
  const { path } = useLocation();
  return (
    <nav class="nav" aria-label="Pages">
      {groups.map((group) => (
        <>
          <h2>{group.label}</h2>
          {group.places.map((place) => (
            <a key={place.href} href={place.href} aria-current={isCurrent(place.href, path) ? 'page' : undefined} onClick={onFollow}>
              <Icon name={place.icon} />
              {place.label}
              <Count place={place} counts={counts} />
            </a>
          ))}
        </>
      ))}
    </nav>
  );
}

/** The few at the foot of a phone's screen, and the way to the others. */
export function BottomBar({ counts, onMore }: { counts: CountsAnswer | undefined; onMore: () => void }): JSX.Element {
  const { path } = useLocation();
  const places = groups.flatMap((group) => group.places).filter(({ href }) => thumb.includes(href));
  return (
    <nav class="bottom" aria-label="Main pages">
      {places.map((place) => (
        <a key={place.href} href={place.href} aria-current={isCurrent(place.href, path) ? 'page' : undefined}>
          <Icon name={place.icon} />
          {place.label}
          <Count place={place} counts={counts} />
        </a>
      ))}
      <button type="button" onClick={onMore} aria-haspopup="dialog">
        <Icon name="menu" />
        More
      </button>
    </nav>
  );
}
