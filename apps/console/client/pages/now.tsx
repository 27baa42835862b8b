import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { CameraNameOfPage, VisitOfPage } from '../../src/api/now/schema.ts';
import { Select } from '../kit/field.tsx';
import { formatDay } from '../kit/format.ts';
import { More } from '../kit/more.tsx';
import { Filters, Page } from '../kit/page.tsx';
import { cameraAmong } from '../kit/place.ts';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { useNow } from '../kit/time.tsx';
import { useInfinite, useQuery, type Infinite } from '../kit/use-query.ts';
import { useParam } from '../kit/use-param.ts';
import { Visit } from './now/visit.tsx';
import './now/now.css';

const kinds = [
  { value: 'all', label: 'Everybody' },
  { value: 'named', label: 'People with a name' },
  { value: 'unknown', label: 'Unknown people' },
  { value: 'unsure', label: 'Not sure who' },
  { value: 'ignored', label: 'Ignored people' },
] as const;
const orders = [
  { value: 'time', label: 'By time' },
  { value: 'camera', label: 'By camera' },
] as const;
type Kind = (typeof kinds)[number]['value'];
type Order = (typeof orders)[number]['value'];

/** Visits as they happen, and those before. */
export function NowPage(): JSX.Element {
  const [camera, setCamera] = useParam('camera', '');
  const [kind, setKind] = useParam<Kind>(
    'kind',
    'all',
    kinds.map(({ value }) => value),
  );
  const [order, setOrder] = useParam<Order>('order', 'time', ['time', 'camera']);
  const cameras = useQuery<{ cameras: CameraNameOfPage[] }>('/api/camera-names', { topics: ['cameras'] });
  const list = useInfinite<VisitOfPage>('/api/visits', { camera, kind: kind === 'all' ? null : kind }, { topics: ['visits', 'people'] });
  useEnding(list);
  const known = cameras.data?.cameras ?? [];
  const options = [{ value: '', label: 'All cameras' }, ...known.map((each) => ({ value: each.place, label: cameraAmong(each, known) }))];
  if (camera !== '' && !known.some(({ place }) => place === camera)) options.push({ value: camera, label: camera });
  return (
    <Page title="Now" about="Who is in front of the cameras, as it happens.">
      <Filters>
        <Select inline label="Camera" value={camera} options={options} onChange={(value) => setCamera(value)} />
        <Select inline label="People" value={kind} options={kinds} onChange={(value) => setKind(value)} />
        <Select inline label="Order" value={order} options={orders} onChange={(value) => setOrder(value)} />
      </Filters>
      <Visits list={list} order={order} isFiltered={camera !== '' || kind !== 'all'} />
    </Page>
  );
}

function Visits({ list, order, isFiltered }: { list: Infinite<VisitOfPage>; order: Order; isFiltered: boolean }): JSX.Element {
  if (!list.ready && list.error) return <ErrorState error={list.error} onRetry={list.refetch} />;
  if (!list.ready) return <Skeleton lines={4} block />;
  if (list.items.length === 0 && !list.more) {
    return isFiltered ? (
      <Empty icon="filter" title="No visits like these">
        Choose another camera, or everybody.
      </Empty>
    ) : (
      <Empty icon="now" title="Nobody was seen yet">
        Post a picture with a face to the channel that watchpost reads, in Slack or Telegram. It shows here within some seconds. In the
        demonstration, drop a picture into its page.
      </Empty>
    );
  }
  const groups = order === 'camera' ? byCamera(list.items) : byTime(list.items);
  return (
    <div class="stack visits">
      <div class={order === 'camera' ? 'visit-columns' : 'stack visits'}>
        {groups.map(({ title, visits, isLive }) => (
          <section key={title} class={isLive ? 'visit-group live' : 'visit-group'} aria-label={title}>
            <h2>
              {isLive && <span class="live-dot" aria-hidden="true" />}
              {title}
            </h2>
            <ul class={order === 'camera' ? 'visit-list' : 'visit-list wide'}>
              {visits.map((visit) => (
                <li key={visit.id}>
                  <Visit visit={visit} isOfPlace={order === 'camera'} onChanged={list.refetch} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <More list={list} label="Earlier visits" />
    </div>
  );
}

/** Nothing tells that a visit is over: while one goes on, it is looked at again. */
function useEnding({ items, changed }: Infinite<VisitOfPage>): void {
  const nowMs = useNow();
  const isLive = items.some(({ isGoingOn }) => isGoingOn);
  useEffect(() => {
    if (isLive) changed();
  }, [nowMs]);
}

interface Group {
  title: string;
  visits: VisitOfPage[];
  isLive: boolean;
}

function byTime(visits: readonly VisitOfPage[]): Group[] {
  const today = formatDay(Date.now());
  return grouped(visits, (visit) => {
    if (visit.isGoingOn) return 'Right now';
    const day = formatDay(visit.toMs);
    return day === today ? 'Earlier today' : day;
  });
}

function byCamera(visits: readonly VisitOfPage[]): Group[] {
  const cameras = [...new Map(visits.map((visit) => [`${visit.channel} ${visit.camera ?? ''}`, visit])).values()];
  return grouped(visits, (visit) => cameraAmong(visit, cameras));
}

function grouped(visits: readonly VisitOfPage[], titleOf: (visit: VisitOfPage) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const visit of visits) {
    const title = titleOf(visit);
    const group = groups.get(title) ?? { title, visits: [], isLive: false };
    group.visits.push(visit);
    if (visit.isGoingOn) group.isLive = true;
    groups.set(title, group);
  }
  return [...groups.values()];
}
