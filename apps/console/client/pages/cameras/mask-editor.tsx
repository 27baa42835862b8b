import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../kit/button.tsx';
import { formatCount } from '../../kit/format.ts';
import { MaskPicture } from './mask-picture.tsx';
import type { Polygon } from './settings-draft.ts';

type Point = readonly [number, number];

const clamp = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000;
/** Nearer to the first point than that, a click closes the mask. */
const nearness = 0.025;
const steps: Readonly<Record<string, Point>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Draws masks on the last picture: by clicking, or with the arrow keys and Enter. */
export function MaskEditor({
  label,
  hint,
  fault,
  masks,
  snapshotId,
  disabled,
  onChange,
}: {
  label: string;
  hint: string;
  fault: string | null;
  masks: readonly Polygon[];
  snapshotId: string | null;
  disabled: boolean;
  onChange: (masks: Polygon[]) => void;
}): JSX.Element {
  return (
    <div class="field">
      <span class="label">{label}</span>
      <span class="hint">{hint}</span>
      {fault && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
      {snapshotId === null ? (
        <p class="muted small">There is no picture of this camera yet to draw on.</p>
      ) : disabled ? (
        <MaskPicture masks={masks} snapshotId={snapshotId} label={formatCount(masks.length, 'mask')} />
      ) : (
        <Drawing masks={masks} snapshotId={snapshotId} onChange={onChange} />
      )}
      {masks.length > 0 && (
        <ul class="mask-list">
          {masks.map((mask, index) => (
            <li key={index}>
              <span>
                Mask {index + 1}: {formatCount(mask.length, 'point')}
              </span>
              {!disabled && (
                <Button size="small" tone="quiet" icon="trash" onClick={() => onChange(masks.filter((_, at) => at !== index))}>
                  Remove mask {index + 1}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface DrawnMask {
  points: readonly Point[];
  cursor: Point;
  showsCursor: boolean;
  setShowsCursor: (shows: boolean) => void;
  finish: () => void;
  giveUp: () => void;
  onPointer: (event: PointerEvent) => void;
  onKey: (event: KeyboardEvent) => void;
}

/** The mask that is being drawn. `area`: where the pointer works. */
function useDrawing(area: { current: HTMLElement | null }, onDrawn: (mask: Polygon) => void): DrawnMask {
  const [points, setPoints] = useState<Point[]>([]);
  const [cursor, setCursor] = useState<Point>([0.5, 0.5]);
  const [showsCursor, setShowsCursor] = useState(false);
  const finish = (): void => {
    if (points.length >= 3) onDrawn(points);
    setPoints([]);
  };
  const add = (point: Point): void => {
    const [first] = points;
    if (first && points.length >= 3 && Math.hypot(first[0] - point[0], first[1] - point[1]) < nearness) finish();
    else setPoints([...points, point]);
  };
  const onPointer = (event: PointerEvent): void => {
    const box = area.current?.querySelector('svg')?.getBoundingClientRect();
    if (!box || box.width === 0 || event.button !== 0) return;
    setShowsCursor(false);
    add([clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)]);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step) {
      const size = event.shiftKey ? 0.1 : 0.01;
      setCursor(([x, y]) => [clamp(x + step[0] * size), clamp(y + step[1] * size)]);
      setShowsCursor(true);
    } else if (event.key === ' ') add(cursor);
    else if (event.key === 'Enter') finish();
    else if (event.key === 'Backspace') setPoints(points.slice(0, -1));
    else if (event.key === 'Escape' && points.length > 0) setPoints([]);
    else return;
    event.preventDefault();
  };
  return { points, cursor, showsCursor, setShowsCursor, finish, giveUp: () => setPoints([]), onPointer, onKey };
}

function Drawing({
  masks,
  snapshotId,
  onChange,
}: {
  masks: readonly Polygon[];
  snapshotId: string;
  onChange: (masks: Polygon[]) => void;
}): JSX.Element {
  const area = useRef<HTMLDivElement>(null);
  const drawing = useDrawing(area, (mask) => onChange([...masks, mask]));
  const { points, cursor, showsCursor, setShowsCursor, finish, giveUp, onPointer, onKey } = drawing;
  const [x, y] = cursor;
  return (
    <>
      <div
        ref={area}
        class="drawing"
        role="application"
        tabIndex={0}
        aria-label="Draw a mask: arrow keys move, space sets a point, Enter closes the mask, Backspace takes the last point back, Escape gives it up"
        onPointerDown={onPointer}
        onKeyDown={onKey}
        onFocus={(event) => setShowsCursor(event.currentTarget.matches(':focus-visible'))}
        onBlur={() => setShowsCursor(false)}
      >
        <MaskPicture masks={masks} snapshotId={snapshotId} label={formatCount(masks.length, 'mask')}>
          {points.length > 0 && (
            <polyline class="mask-line" points={points.map((point) => point.map((each) => each * 1_000).join(',')).join(' ')} />
          )}
          {points.map((point, index) => (
            <circle key={index} class="mask-point" cx={point[0] * 1_000} cy={point[1] * 1_000} r="9" />
          ))}
          {showsCursor && (
            <path
              class="mask-cursor"
              d={`M${String(x * 1_000 - 30)} ${String(y * 1_000)}h60M${String(x * 1_000)} ${String(y * 1_000 - 30)}v60`}
            />
          )}
        </MaskPicture>
      </div>
      <div class="row small muted" aria-live="polite">
        {points.length === 0 ? (
          <span>Click the corners of what is to be left out. With the keyboard: arrows, space, Enter.</span>
        ) : (
          <>
            <span>{formatCount(points.length, 'point')}</span>
            <Button size="small" disabled={points.length < 3} onClick={finish}>
              Close the mask
            </Button>
            <Button size="small" tone="quiet" onClick={giveUp}>
              Give up
            </Button>
          </>
        )}
      </div>
    </>
  );
}
