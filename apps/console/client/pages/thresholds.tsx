import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CameraNameOfPage } from '../../src/api/now/schema.ts';
import type { RiskLines } from '../../src/api/thresholds/schema.ts';
import { withParams } from '../kit/api.ts';
import { Card } from '../kit/card.tsx';
import { Select, TextField } from '../kit/field.tsx';
import { formatCount, formatNumber } from '../kit/format.ts';
import { Filters, Page } from '../kit/page.tsx';
import { cameraAmong } from '../kit/place.ts';
import { Loaded } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useParam } from '../kit/use-param.ts';
import { useQuery } from '../kit/use-query.ts';
import { Results } from './thresholds/results.tsx';
import { Save } from './thresholds/save.tsx';
import { sliderOf, valueOfSlider } from './thresholds/slider.ts';
import './thresholds/thresholds.css';

const spans = [
  { value: '24', label: 'Last 24 hours' },
  { value: '168', label: 'Last 7 days' },
  { value: 'all', label: 'All that is kept' },
] as const;
type Span = (typeof spans)[number]['value'];

const inRange = (value: number): boolean => Number.isInteger(value) && value >= 20 && value <= 1_000_000;

/** What another risk would have made of the decisions of the past. */
export function ThresholdsPage(): JSX.Element {
  const [camera, setCamera] = useParam('camera', '');
  const [span, setSpan] = useParam<Span>('span', '168', ['24', '168', 'all']);
  const [tried, setTried] = useParam('one-in', '');
  const cameras = useQuery<{ cameras: CameraNameOfPage[] }>('/api/camera-names', { topics: ['cameras'] });
  const now = useQuery<RiskLines>(withParams('/api/thresholds/lines', { camera }), { topics: ['cameras'], keep: true });
  const oneIn = tried === '' ? (now.data?.here ?? null) : Number(tried);
  const isValid = oneIn !== null && inRange(oneIn);
  const then = useQuery<RiskLines>(isValid ? withParams('/api/thresholds/lines', { camera, oneIn }) : null, { keep: true });
  const known = cameras.data?.cameras ?? [];
  const options = [{ value: '', label: 'All cameras' }, ...known.map((each) => ({ value: each.place, label: cameraAmong(each, known) }))];
  return (
    <Page
      title="Try thresholds"
      about="One number decides how similar is similar enough: out of how many strangers one may be given a name. Try another on what was seen."
    >
      <Loaded query={now}>
        {(lines) => (
          <div class="stack">
            <Card>
              <div class="try">
                <Choice oneIn={oneIn ?? lines.here} onChoose={(value) => setTried(value === lines.here ? '' : String(value))} />
                <Filters label="Which decisions">
                  <Select inline label="Camera" value={camera} options={options} onChange={(value) => setCamera(value)} />
                  <Select inline label="Time" value={span} options={spans} onChange={(value) => setSpan(value)} />
                </Filters>
                <p class="muted small">
                  Now 1 in {formatNumber(lines.here)} {origins[lines.from]}. A higher number names fewer strangers by mistake, and leaves
                  more faces without a name.
                </p>
                {isValid && oneIn !== lines.here && (
                  <Save oneIn={oneIn} camera={camera} name={options.find(({ value }) => value === camera)?.label ?? camera} />
                )}
              </div>
            </Card>
            <Lines now={lines} then={then.data ?? lines} />
            {isValid && oneIn !== lines.here && (
              <Results
                key={`${camera} ${span} ${String(oneIn)} ${String(lines.here)}`}
                oneIn={oneIn}
                camera={camera}
                hours={span === 'all' ? null : Number(span)}
              />
            )}
            {oneIn === lines.here && <p class="muted">Move the slider to see which decisions would change.</p>}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const origins: Record<RiskLines['from'], string> = {
  default: '(STRANGERS_NAMED_ONE_IN, or its default)',
  file: '(from the cameras file)',
  console: '(set in the console)',
};

/** The number, by a slider whose steps are even in the logarithm, or typed. */
function Choice({ oneIn, onChoose }: { oneIn: number; onChoose: (oneIn: number) => void }): JSX.Element {
  const [text, setText] = useState(String(oneIn));
  useEffect(() => setText(String(oneIn)), [oneIn]);
  useEffect(() => {
    const value = Number(text);
    if (value === oneIn || !inRange(value)) return undefined;
    // Whoever moves the slider passes many values.
    const timer = window.setTimeout(() => onChoose(value), 250);
    return () => clearTimeout(timer);
  }, [text]);
  const value = Number(text);
  return (
    <div class="choice">
      <TextField
        label="Name at most 1 stranger in"
        type="number"
        min={20}
        max={1_000_000}
        value={text}
        fault={inRange(value) ? null : 'must be a whole number from 20 to 1,000,000'}
        onInput={setText}
      />
      <input
        type="range"
        aria-label="Of how many strangers one may be named"
        aria-valuetext={`1 in ${formatNumber(inRange(value) ? value : oneIn)}`}
        min={0}
        max={100}
        step={1}
        value={sliderOf(inRange(value) ? value : oneIn)}
        onInput={(event) => setText(String(valueOfSlider(Number(event.currentTarget.value))))}
      />
      <div class="row between nowrap small faint" aria-hidden="true">
        <span>more names, more mistakes</span>
        <span>fewer names, fewer mistakes</span>
      </div>
    </div>
  );
}

function Lines({ now, then }: { now: RiskLines; then: RiskLines }): JSX.Element {
  const rows = now.lines.map((line) => ({ ...line, tried: then.lines.find(({ sizePx }) => sizePx === line.sizePx)?.match ?? line.match }));
  return (
    <Card title="What it comes to" flush>
      <Table
        label="The similarity that a name needs, by the size of the face"
        rows={rows}
        rowKey={({ sizePx }) => String(sizePx)}
        columns={[
          { id: 'size', label: 'Face', cell: ({ sizePx }) => `${String(sizePx)} px${sizePx === 80 ? ' and more' : ''}` },
          {
            id: 'now',
            label: 'Similarity for a name, now',
            end: true,
            cell: ({ match }) => <span class="number">{match.toFixed(3)}</span>,
          },
          { id: 'then', label: 'Tried', end: true, cell: ({ tried }) => <strong class="number">{tried.toFixed(3)}</strong> },
          {
            id: 'unsure',
            label: '“Not sure” from',
            end: true,
            cell: ({ uncertain }) => <span class="number">{uncertain.toFixed(3)}</span>,
          },
        ]}
      />
      <p class="muted small card-note">
        Cosines of the built-in model, in a gallery as large as yours is now: {formatCount(now.persons, 'person', 'people')} with{' '}
        {formatCount(now.faces, 'face')}.
      </p>
    </Card>
  );
}
