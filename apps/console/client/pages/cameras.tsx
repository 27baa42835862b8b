import type { JSX } from 'preact';
import type { CameraOfPage, CamerasPage as Cameras } from '../../src/api/cameras/schema.ts';
import { withParams } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Badge, Notice } from '../kit/card.tsx';
import { SearchField } from '../kit/field.tsx';
import { formatCount, formatDuration, formatNumber, unitOf } from '../kit/format.ts';
import { Filters, Page } from '../kit/page.tsx';
import { cameraText, channelAmong, picturePage } from '../kit/place.ts';
import { Sparkline } from '../kit/sparkline.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { Time } from '../kit/time.tsx';
import { useParam, useTextParam } from '../kit/use-param.ts';
import { useQuery } from '../kit/use-query.ts';
import { OneCamera } from './cameras/one-camera.tsx';
import { Outcomes } from './cameras/outcome-bar.tsx';
import './cameras/cameras.css';

/** As long as so many can be seen at a glance, nobody has to search. */
const fewCameras = 12;

/** The cameras, or one of them with its settings (`?camera=`; `all`: what holds for all). */
export function CamerasPage(): JSX.Element {
  const [camera] = useParam('camera', '');
  const query = useQuery<Cameras>('/api/cameras', { topics: ['pictures', 'visits', 'cameras'] });
  if (camera !== '') return <OneCamera key={camera} place={camera} found={query.data?.cameras.find(({ place }) => place === camera)} />;
  return (
    <Page
      title="Cameras"
      count={query.data ? formatNumber(query.data.cameras.length) : null}
      about="What came of their pictures in the last 24 hours, and how each is treated."
      actions={
        <Button icon="slider" href={withParams('/cameras', { camera: 'all' })}>
          Settings of all cameras
        </Button>
      }
    >
      <Loaded query={query}>{({ cameras }) => <List cameras={cameras} />}</Loaded>
    </Page>
  );
}

function List({ cameras }: { cameras: readonly CameraOfPage[] }): JSX.Element {
  const [wanted, setWanted] = useTextParam('q');
  if (cameras.length === 0) {
    return (
      <Empty icon="camera" title="No camera has posted yet">
        A camera is whatever posts pictures to a channel that watchpost reads. It shows here with its first picture; nothing has to be
        configured.
      </Empty>
    );
  }
  const shown = cameras.filter((camera) => cameraText(camera).toLowerCase().includes(wanted.trim().toLowerCase()));
  return (
    <>
      {(cameras.length > fewCameras || wanted !== '') && (
        <Filters>
          <SearchField label="Search by name" value={wanted} onSearch={setWanted} />
          {wanted !== '' && <span class="muted small number">{formatNumber(shown.length)} found</span>}
        </Filters>
      )}
      {shown.length === 0 && (
        <Empty icon="camera" title="No camera is called that">
          All {formatNumber(cameras.length)} are here again when the search is empty.
        </Empty>
      )}
      <ul class="cameras">
        {shown.map((camera) => (
          <li key={camera.place}>
            <Camera camera={camera} channel={channelAmong(camera, cameras)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Camera({ camera, channel }: { camera: CameraOfPage; channel: string | null }): JSX.Element {
  const { hours, total, last, latency, advice, set, place, outcomes } = camera;
  const lastHour = hours.at(-1) ?? 0;
  return (
    <article class="camera card">
      <header>
        <h2 class="truncate">
          <a href={withParams('/cameras', { camera: place })}>{cameraText(camera)}</a>
          {channel !== null && <span class="muted small"> {channel}</span>}
        </h2>
        {set > 0 && <Badge title="Settings made here, in the console">{formatCount(set, 'setting')}</Badge>}
      </header>
      <div class="body stack tight">
        <div class="row between nowrap">
          <div>
            <strong class="number">{formatNumber(lastHour)}</strong>{' '}
            <span class="muted small">{unitOf(lastHour, 'picture')} in the last hour</span>
            <div class="muted small">{formatNumber(total)} in 24 h</div>
          </div>
          <Sparkline label={`Pictures in each of the last 24 hours: ${hours.join(', ')}`} values={hours} />
        </div>
        <Outcomes outcomes={outcomes} />
        <div class="row small muted">
          {last ? (
            <span>
              Last <a href={picturePage(last.snapshotId)}>picture</a> <Time at={last.takenAtMs} />
            </span>
          ) : (
            <span>No picture was looked at yet</span>
          )}
          {latency && (
            <span title={`Of the newest ${formatNumber(latency.snapshots)}: 19 of 20 within ${formatDuration(latency.p95Ms)}`}>
              · done in {formatDuration(latency.p50Ms)}
            </span>
          )}
        </div>
        {advice && <Notice tone="warn">{advice}</Notice>}
      </div>
    </article>
  );
}
