import type { JSX } from 'preact';
import { useRoute } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import type { FaceOfPicture, PictureOfPage } from '../../src/api/pictures/schema.ts';
import { Button } from '../kit/button.tsx';
import { Badge, Card, Facts, Notice } from '../kit/card.tsx';
import { formatCount, formatMoment, formatNumber } from '../kit/format.ts';
import { Page } from '../kit/page.tsx';
import { cameraText } from '../kit/place.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { Time } from '../kit/time.tsx';
import { useParam } from '../kit/use-param.ts';
import { useQuery } from '../kit/use-query.ts';
import { outcomeWords } from './cameras/outcomes.ts';
import { FaceDetails } from './picture/face-details.tsx';
import { calledOf, FaceOf, Snapshot } from './picture/snapshot.tsx';
import './picture/picture.css';

/** One snapshot: its faces, and why each decision fell. */
export function PicturePage(): JSX.Element {
  const { params } = useRoute();
  const id = params['id'] ?? '';
  const query = useQuery<PictureOfPage>(`/api/pictures/${encodeURIComponent(id)}`, { topics: ['people', 'pictures'] });
  const camera = query.data ? cameraText(query.data) : null;
  if (query.error?.code === 'snapshot-unknown' || query.error?.code === 'request-malformed') {
    return (
      <Page title="Picture">
        <Empty icon="camera" title="Nothing is known of this picture" action={<Button href="/">To the newest visits</Button>}>
          How it was looked at is kept for some weeks only; it may also be that the address is wrong.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={camera ?? 'Picture'} about={query.data && <Time at={query.data.takenAtMs} as="moment" />}>
      <Loaded query={query}>{(picture) => <Picture key={id} picture={picture} onChanged={query.refetch} />}</Loaded>
    </Page>
  );
}

function Picture({ picture, onChanged }: { picture: PictureOfPage; onChanged: () => void }): JSX.Element {
  const { faces } = picture;
  const [chosen, choose] = useParam('face', '');
  const position = chosen === '' ? (faces[0]?.position ?? null) : Number(chosen) - 1;
  const face = faces.find((each) => each.position === position) ?? null;
  const select = (next: number): void => choose(String(next + 1));
  useKeys(faces, position, select);
  return (
    <div class="picture-page">
      <div class="picture-shown">
        <Snapshot picture={picture} chosen={face?.position ?? null} onChoose={select} />
      </div>
      <div class="stack picture-faces">
        {faces.length > 1 && <FaceList picture={picture} chosen={face?.position ?? null} onChoose={select} />}
        {face && <FaceDetails key={face.position} picture={picture} face={face} onChanged={onChanged} />}
        {faces.length === 0 && (
          <Empty icon="people" title="No faces are kept of this picture">
            {noFaces(picture)}
          </Empty>
        )}
      </div>
      <div class="picture-about">
        <About picture={picture} />
      </div>
    </div>
  );
}

function noFaces({ outcome }: PictureOfPage): string {
  const word = outcome === null ? undefined : outcomeWords[outcome];
  if (outcome === null) return 'It is still being looked at.';
  if (outcome === 'faces') return 'They have outlived their time: sightings are kept for some weeks only.';
  return `What came of it: ${word ?? outcome}.`;
}

function About({ picture }: { picture: PictureOfPage }): JSX.Element {
  const { outcome, error, width, height, faces, takenAtMs, strangersNamedOneIn } = picture;
  return (
    <Card title="Picture">
      {error && (
        <Notice tone="danger">
          {error.message} <span class="faint">({error.code})</span>
        </Notice>
      )}
      <Facts
        facts={[
          ['Taken', formatMoment(takenAtMs)],
          ['Camera', cameraText(picture)],
          ['Result', outcome === null ? 'not there yet' : (outcomeWords[outcome] ?? outcome)],
          ['Faces', formatCount(faces.length, 'face')],
          ...(width !== null && height !== null ? [['Size', `${formatNumber(width)} × ${formatNumber(height)} px`] as const] : []),
          ['Risk here', `1 stranger in ${formatNumber(strangersNamedOneIn)} may be given a name`],
        ]}
      />
    </Card>
  );
}

const tones: Record<FaceOfPicture['decision'], 'ok' | 'warn' | 'info' | 'plain'> = {
  match: 'ok',
  uncertain: 'warn',
  unknown: 'info',
  unrecognisable: 'plain',
};
const words: Record<FaceOfPicture['decision'], string> = {
  match: 'recognised',
  uncertain: 'not sure',
  unknown: 'unknown',
  unrecognisable: 'cannot be told',
};

function FaceList({
  picture,
  chosen,
  onChoose,
}: {
  picture: PictureOfPage;
  chosen: number | null;
  onChoose: (position: number) => void;
}): JSX.Element {
  return (
    <Card title={formatCount(picture.faces.length, 'face')} flush>
      <ul class="face-list">
        {picture.faces.map((face) => (
          <li key={face.position}>
            <button type="button" aria-pressed={face.position === chosen} onClick={() => onChoose(face.position)}>
              <FaceOf picture={picture} face={face} size="s" />
              <span class="truncate grow">{calledOf(face)}</span>
              <Badge tone={tones[face.decision]}>{face.saidBy === null ? words[face.decision] : 'said by somebody'}</Badge>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** `[` and `]` go from face to face. */
function useKeys(faces: readonly FaceOfPicture[], position: number | null, choose: (position: number) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const step = { '[': -1, ']': 1 }[event.key];
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog') !== null;
      if (step === undefined || isTyping || faces.length === 0) return;
      const at = faces.findIndex((face) => face.position === position);
      const next = faces[(at + step + faces.length) % faces.length];
      if (next) choose(next.position);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}
