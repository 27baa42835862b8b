import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FaceOfPicture, PictureOfPage } from '../../../src/api/pictures/schema.ts';
import { api, ApiError } from '../../kit/api.ts';
import { Notice } from '../../kit/card.tsx';
import { Face } from '../../kit/face.tsx';
import { cameraText, faceAddress } from '../../kit/place.ts';
import { SnapshotFace } from '../../kit/snapshot-face.tsx';

/** What a face is called where there is little room. */
export function calledOf({ person, decision, position, saidBy }: FaceOfPicture): string {
  if (person && (decision !== 'uncertain' || saidBy !== null)) return person.name;
  return decision === 'unrecognisable' ? `Face ${String(position + 1)}: cannot be told` : `Face ${String(position + 1)}: not sure who`;
}

/** One face of the picture, by itself. */
export function FaceOf({
  picture: { snapshotId, width, height },
  face,
  ...look
}: {
  picture: PictureOfPage;
  face: FaceOfPicture;
  size: 's' | 'fill';
  alt?: string;
}): JSX.Element {
  const { position, box } = face;
  const size = width !== null && height !== null ? { width, height } : null;
  return <SnapshotFace snapshotId={snapshotId} position={position} box={box} picture={size} name={calledOf(face)} {...look} />;
}

/** The whole snapshot with a box around each face; where it is gone, the faces that are kept. */
export function Snapshot({
  picture,
  chosen,
  onChoose,
}: {
  picture: PictureOfPage;
  chosen: number | null;
  onChoose: (position: number) => void;
}): JSX.Element {
  const { snapshotId, width, height, faces } = picture;
  const address = `/api/pictures/${encodeURIComponent(snapshotId)}/image`;
  const [gone, setGone] = useState(false);
  if (gone) return <Gone address={address} picture={picture} onChoose={onChoose} />;
  return (
    <figure class="snapshot" style={width !== null && height !== null ? { aspectRatio: `${String(width)} / ${String(height)}` } : {}}>
      <img src={address} alt={`Snapshot of ${cameraText(picture)}`} onError={() => setGone(true)} />
      {width !== null &&
        height !== null &&
        faces.map((face) => (
          <Box key={face.position} face={face} size={{ width, height }} isChosen={face.position === chosen} onChoose={onChoose} />
        ))}
    </figure>
  );
}

const percent = (part: number, whole: number): string => `${String((part / whole) * 100)}%`;

function Box({
  face,
  size,
  isChosen,
  onChoose,
}: {
  face: FaceOfPicture;
  size: { width: number; height: number };
  isChosen: boolean;
  onChoose: (position: number) => void;
}): JSX.Element {
  const { box, decision, position } = face;
  const called = calledOf(face);
  return (
    <button
      type="button"
      class={`face-box ${decision}${box.y < size.height * 0.08 ? ' below' : ''}`}
      aria-pressed={isChosen}
      aria-label={called}
      style={{
        left: percent(box.x, size.width),
        top: percent(box.y, size.height),
        width: percent(box.width, size.width),
        height: percent(box.height, size.height),
      }}
      onClick={() => onChoose(position)}
    >
      <span class="face-label" aria-hidden="true">
        {called}
      </span>
    </button>
  );
}

function Gone({
  address,
  picture,
  onChoose,
}: {
  address: string;
  picture: PictureOfPage;
  onChoose: (position: number) => void;
}): JSX.Element {
  const [why, setWhy] = useState('');
  useEffect(() => {
    api.get(address).catch((error: unknown) => setWhy(error instanceof ApiError ? error.message : ''));
  }, [address]);
  return (
    <div class="stack">
      <Notice tone="warn">
        The whole picture cannot be had from the chat any more. {why}{' '}
        {picture.faces.length > 0 && 'These are the faces that are kept of it.'}
      </Notice>
      <div class="gone-faces">
        {picture.faces.map((face) => (
          <button key={face.position} type="button" onClick={() => onChoose(face.position)}>
            <Face
              src={faceAddress({ snapshotId: picture.snapshotId, position: face.position })}
              name={calledOf(face)}
              alt={calledOf(face)}
              size="fill"
            />
          </button>
        ))}
      </div>
    </div>
  );
}
