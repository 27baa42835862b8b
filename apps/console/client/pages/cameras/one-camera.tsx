import type { JSX } from 'preact';
import type { CameraOfPage, CameraSettingsOfPage } from '../../../src/api/cameras/schema.ts';
import { withParams } from '../../kit/api.ts';
import { Card, Notice, Stat, Stats } from '../../kit/card.tsx';
import { formatDuration, formatNumber, unitOf } from '../../kit/format.ts';
import { Page } from '../../kit/page.tsx';
import { cameraText, picturePage } from '../../kit/place.ts';
import { Sparkline } from '../../kit/sparkline.tsx';
import { Loaded } from '../../kit/states.tsx';
import { Time } from '../../kit/time.tsx';
import { useQuery } from '../../kit/use-query.ts';
import { History } from './history.tsx';
import { Outcomes } from './outcome-bar.tsx';
import { SettingsForm } from './settings-form.tsx';

/** One camera, or `all`: its figures, and its settings. */
export function OneCamera({ place, found }: { place: string; found: CameraOfPage | undefined }): JSX.Element {
  const isAll = place === 'all';
  const settings = useQuery<CameraSettingsOfPage>(withParams('/api/cameras/settings', { camera: isAll ? null : place }), {
    topics: ['cameras'],
  });
  const name = isAll ? 'All cameras' : found ? cameraText(found) : place.slice(place.indexOf('/') + 1);
  return (
    <Page
      title={name}
      about={isAll ? 'What holds for every camera that has no setting of its own.' : 'How this camera is treated.'}
      back={{ href: '/cameras', label: 'Cameras' }}
    >
      <div class="stack camera-page">
        {found && <Figures camera={found} />}
        <Loaded query={settings}>
          {(data) => <SettingsForm key={data.revision} settings={data} name={name} onSaved={settings.refetch} />}
        </Loaded>
        <History place={isAll ? null : place} settings={settings.data} onReverted={settings.refetch} />
      </div>
    </Page>
  );
}

function Figures({ camera }: { camera: CameraOfPage }): JSX.Element {
  const { hours, total, latency, last, advice, outcomes } = camera;
  const lastHour = hours.at(-1) ?? 0;
  return (
    <Card title="Last 24 hours">
      <div class="stack">
        <Stats>
          <Stat label="Pictures" value={formatNumber(total)} unit="in 24 h" />
          <Stat label="Last hour" value={formatNumber(lastHour)} unit={unitOf(lastHour, 'picture')} />
          {latency && (
            <Stat label="From post to result" value={formatDuration(latency.p50Ms)} unit={`(19 of 20: ${formatDuration(latency.p95Ms)})`} />
          )}
          {last && (
            <Stat
              label="Last picture"
              value={
                <a href={picturePage(last.snapshotId)}>
                  <Time at={last.takenAtMs} />
                </a>
              }
            />
          )}
        </Stats>
        <Sparkline label={`Pictures in each of the last 24 hours: ${hours.join(', ')}`} values={hours} width={480} height={48} />
        <Outcomes outcomes={outcomes} all />
        {advice && <Notice tone="warn">{advice}</Notice>}
      </div>
    </Card>
  );
}
