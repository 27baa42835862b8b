import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Said, Saying } from '../../../src/api/now/schema.ts';
import type { FaceOfPicture, PictureOfPage } from '../../../src/api/pictures/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Card, Facts } from '../../kit/card.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount, formatNumber, formatPercent } from '../../kit/format.ts';
import { PersonPicker } from '../../kit/person-picker.tsx';
import { faceAddress, personPage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';
import { SimilarityScale } from './similarity-scale.tsx';
import { calledOf, FaceOf } from './snapshot.tsx';

/** Why the decision about one face fell, in words and in numbers, and what can be said about it. */
export function FaceDetails({
  picture,
  face,
  onChanged,
}: {
  picture: PictureOfPage;
  face: FaceOfPicture;
  onChanged: () => void;
}): JSX.Element {
  const { snapshotId } = picture;
  const { evidence, person, reasons } = face;
  const address = faceAddress({ snapshotId, position: face.position });
  return (
    <Card title={person ? <a href={personPage(person.id)}>{calledOf(face)}</a> : calledOf(face)}>
      <div class="stack">
        <div class="compared">
          <figure>
            <FaceOf picture={picture} face={face} alt="This face" size="fill" />
            <figcaption class="small">This face</figcaption>
          </figure>
          {evidence?.best && (
            <Compared
              src={`${address}/best`}
              name={evidence.best.name ?? 'removed'}
              caption={`${evidence.best.name ?? 'Removed since'}, most similar`}
              similarity={evidence.best.similarity}
            />
          )}
          {evidence?.second && (
            <Compared
              src={`${address}/second`}
              name={evidence.second.name ?? 'removed'}
              caption={`${evidence.second.name ?? 'Removed since'}, second`}
              similarity={evidence.second.similarity}
            />
          )}
        </div>
        <ul class="reasons">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
        {evidence && <SimilarityScale evidence={evidence} />}
        <Actions picture={picture} face={face} onChanged={onChanged} />
        <details>
          <summary>All numbers</summary>
          <Numbers picture={picture} face={face} />
        </details>
      </div>
    </Card>
  );
}

function Compared({ src, name, caption, similarity }: { src: string; name: string; caption: string; similarity?: number }): JSX.Element {
  return (
    <figure>
      <Face src={src} name={name} size="fill" alt={caption} />
      <figcaption class="small">
        {caption}
        {similarity !== undefined && <span class="number muted"> {similarity.toFixed(3)}</span>}
      </figcaption>
    </figure>
  );
}

function Actions({ picture, face, onChanged }: { picture: PictureOfPage; face: FaceOfPicture; onChanged: () => void }): JSX.Element | null {
  const [picking, setPicking] = useState(false);
  const mayEdit = useMay('editor');
  const { position, person, decision, saidBy } = face;
  const { run, busy } = useMutation(
    async (saying: Saying) =>
      api.post<Said>(`/api/pictures/${encodeURIComponent(picture.snapshotId)}/faces/${String(position)}/say`, saying),
    {
      done: ({ summary, entries }) => {
        toast(summary, {
          undo: async () => {
            await api.post('/api/visits/undo', { entries });
            onChanged();
          },
        });
        onChanged();
      },
    },
  );
  if (!mayEdit) return null;
  const surely = person !== null && (decision !== 'uncertain' || saidBy !== null);
  return (
    <div class="row">
      <Button tone={surely && person.status === 'named' ? undefined : 'primary'} busy={busy} onClick={() => setPicking(true)}>
        {surely && person.status === 'named' ? 'Somebody else…' : 'This is…'}
      </Button>
      {person && (
        <Button disabled={busy} onClick={() => void run({ say: 'not', subject: person.id })}>
          Not {person.name}
        </Button>
      )}
      {!(decision === 'unrecognisable' && saidBy !== null) && (
        <Button tone="quiet" disabled={busy} onClick={() => void run({ say: 'no-face' })}>
          Not a face
        </Button>
      )}
      {picking && (
        <PersonPicker
          title="Who is this?"
          except={surely ? person.id : null}
          onClose={() => setPicking(false)}
          onChoose={(chosen) => {
            setPicking(false);
            void run({ say: 'is', person: chosen });
          }}
        />
      )}
    </div>
  );
}

const ratioText = (ratio: number | null): string =>
  ratio === null
    ? 'not kept'
    : ratio >= 1
      ? `${formatNumber(Number(ratio.toPrecision(2)))} times likelier one person than two`
      : `${formatNumber(Number((1 / ratio).toPrecision(2)))} times likelier two persons than one`;
const rateText = (rate: number | null): string =>
  rate === null || rate <= 0 ? 'not kept' : `1 in ${formatNumber(Number((1 / rate).toPrecision(2)))}`;

function Numbers({ picture, face }: { picture: PictureOfPage; face: FaceOfPicture }): JSX.Element {
  const { evidence, quality, sizePx, position } = face;
  const camera = picture.camera === null ? picture.channel : `${picture.channel}/${picture.camera}`;
  return (
    <div class="stack">
      <Facts
        facts={[
          ['Size', `${formatNumber(Math.round(sizePx))} px across`],
          ['Quality', formatPercent(quality)],
          ...(evidence?.compared
            ? [
                [
                  'Compared with',
                  `${formatCount(evidence.compared.persons, 'person', 'people')}, ${formatCount(evidence.compared.faces, 'face')}: like ${formatCount(Math.round(evidence.compared.comparisons), 'comparison')}`,
                ] as const,
              ]
            : []),
          ...(evidence
            ? ([
                ['Needed for a name', evidence.match.toFixed(3)],
                ['Needed for “not sure”', evidence.uncertain.toFixed(3)],
                ['Lead over a second', evidence.margin.toFixed(3)],
                ['Nearest “not this person”', evidence.negative === null ? 'none near' : evidence.negative.toFixed(3)],
              ] as const)
            : []),
          ...(evidence?.best
            ? ([
                ['Best: likelihood', ratioText(evidence.best.likelihoodRatio)],
                ['Best: strangers as similar to one reference', rateText(evidence.best.falseMatchRate)],
              ] as const)
            : []),
          ...(evidence?.second ? ([['Second: likelihood', ratioText(evidence.second.likelihoodRatio)]] as const) : []),
          ['Command line', <code key="code">watchpost explain {picture.snapshotId}</code>],
        ]}
      />
      <a href={withParams('/thresholds', { camera })} aria-label={`Try other thresholds for face ${String(position + 1)}`}>
        Try other thresholds at this camera
      </a>
    </div>
  );
}
