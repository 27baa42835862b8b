import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Said, Saying, VisitOfPage, VisitorOfPage } from '../../../src/api/now/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge } from '../../kit/card.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount, formatSimilarity } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { Menu, type MenuItem } from '../../kit/menu.tsx';
import { PersonPicker, type Chosen } from '../../kit/person-picker.tsx';
import { actorText, cameraText, faceOrReference, personPage, picturePage } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';

/** One visit: where, since when, and who. `isOfPlace`: it stands below the name of its camera, among visits of other days. */
export function Visit({ visit, isOfPlace, onChanged }: { visit: VisitOfPage; isOfPlace: boolean; onChanged: () => void }): JSX.Element {
  const { visitors, tooFar, tooUnclear, fromMs, toMs, isGoingOn, snapshots, bestSnapshotId } = visit;
  const untold = [
    tooFar > 0 ? `${formatCount(tooFar, 'face')} too far away` : '',
    tooUnclear > 0 ? `${formatCount(tooUnclear, 'face')} too unclear` : '',
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <article class={isGoingOn ? 'visit going-on' : 'visit'}>
      <header>
        <h3 class="truncate">{isOfPlace ? <Time at={isGoingOn ? fromMs : toMs} as="moment" /> : cameraText(visit)}</h3>
        <span class="muted small">
          {isGoingOn && (isOfPlace ? 'going on' : 'since ')}
          {!isOfPlace && <Time at={isGoingOn ? fromMs : toMs} as="clock" />}
        </span>
      </header>
      <ul class="visitors">
        {visitors.map((visitor) => (
          <li key={visitor.number}>
            <Visitor visit={visit} visitor={visitor} onChanged={onChanged} />
          </li>
        ))}
      </ul>
      {visitors.length === 0 && <p class="muted small">Nobody who can be told apart.</p>}
      <footer class="muted small">
        {bestSnapshotId === null ? (
          <span>{formatCount(snapshots, 'picture')}</span>
        ) : (
          <a href={picturePage(bestSnapshotId)}>{snapshots === 1 ? 'Picture' : `Best of ${formatCount(snapshots, 'picture')}`}</a>
        )}
        {untold && <span>{untold}</span>}
        {verdictWords[visit.verdict] && <span class="faint">{verdictWords[visit.verdict]}</span>}
      </footer>
    </article>
  );
}

/** What became of it, where that is not a post. */
const verdictWords: Partial<Record<VisitOfPage['verdict'], string>> = {
  digest: 'for the digest',
  never: 'not posted',
  cooldown: 'not posted again so soon',
};

function Visitor({ visit, visitor, onChanged }: { visit: VisitOfPage; visitor: VisitorOfPage; onChanged: () => void }): JSX.Element {
  const [picking, setPicking] = useState(false);
  const mayEdit = useMay('editor');
  const { number, person, best, not } = visitor;
  const { run, busy } = useMutation(
    async (saying: Saying) => api.post<Said>(`/api/visits/${encodeURIComponent(visit.id)}/visitors/${String(number)}/say`, saying),
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
  const name = person?.name ?? 'Not sure who';
  return (
    <div class="visitor">
      <a class="visitor-face" href={picturePage(best.snapshotId, best.position)} title="Open the picture">
        <Face src={faceOrReference(best)} name={name} alt={`Face ${String(number)}: ${name}`} />
      </a>
      <div class="visitor-words">
        <div class="row tight">
          {person ? (
            <a class="visitor-name truncate" href={personPage(person.id)}>
              {person.name}
            </a>
          ) : (
            <span class="visitor-name">Not sure who</span>
          )}
          <Standing visitor={visitor} />
        </div>
        {howSure(visitor) !== '' && <div class="muted small">{howSure(visitor)}</div>}
        {not.length > 0 && <div class="muted small">not {not.map((each) => each.name).join(', not ')}</div>}
        {mayEdit && <Question visitor={visitor} busy={busy} say={(saying) => void run(saying)} pick={() => setPicking(true)} />}
      </div>
      {mayEdit && (
        <Menu
          label={`More about ${name}`}
          items={itemsOf(
            visitor,
            (saying) => void run(saying),
            () => setPicking(true),
          )}
        />
      )}
      {picking && (
        <WhoIsIt
          visitor={visitor}
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

function WhoIsIt({
  visitor: { person, standing },
  ...answers
}: {
  visitor: VisitorOfPage;
  onClose: () => void;
  onChoose: (chosen: Chosen) => void;
}): JSX.Element {
  const title = person && standing !== 'unknown' ? `Who is it, if not ${person.name}?` : 'Who is this?';
  return <PersonPicker title={title} except={person?.id ?? null} {...answers} />;
}

/** What is asked about somebody who is not known, right below. */
function Question({
  visitor: { could, standing },
  busy,
  say,
  pick,
}: {
  visitor: VisitorOfPage;
  busy: boolean;
  say: (saying: Saying) => void;
  pick: () => void;
}): JSX.Element | null {
  if (could) {
    return (
      <div class="row tight question">
        <span class="small">Could it be {could.name}?</span>
        <Button size="small" disabled={busy} onClick={() => say({ say: 'is', person: { id: could.id } })}>
          Yes
        </Button>
        <Button size="small" tone="quiet" disabled={busy} onClick={() => say({ say: 'not', subject: could.id })}>
          No
        </Button>
      </div>
    );
  }
  if (standing !== 'unknown' && standing !== 'uncertain') return null;
  return (
    <div class="question">
      <Button size="small" busy={busy} onClick={pick}>
        This is…
      </Button>
    </div>
  );
}

function itemsOf({ standing, person, isNew }: VisitorOfPage, say: (saying: Saying) => void, pick: () => void): MenuItem[] {
  const is: MenuItem = { label: standing === 'unknown' || !person ? 'This is…' : 'Somebody else…', icon: 'edit', onSelect: pick };
  const noFace: MenuItem = { label: 'Not a face', icon: 'close', onSelect: () => say({ say: 'no-face' }) };
  if (!person || standing === 'uncertain') return [is, noFace];
  const not: MenuItem = { label: `Not ${person.name}`, icon: 'split', onSelect: () => say({ say: 'not', subject: person.id }) };
  if (standing === 'ignored')
    return [{ label: 'Report again', icon: 'eye', onSelect: () => say({ say: 'unignore', subject: person.id }) }, is, noFace];
  const ignore: MenuItem = { label: 'Ignore', icon: 'eye-off', onSelect: () => say({ say: 'ignore', subject: person.id }) };
  return [is, ...(standing === 'unknown' && isNew ? [] : [not]), ignore, noFace];
}

function Standing({ visitor: { standing, isNew } }: { visitor: VisitorOfPage }): JSX.Element | null {
  if (standing === 'unknown') return isNew ? <Badge tone="info">new</Badge> : <Badge>seen before</Badge>;
  if (standing === 'uncertain') return <Icon name="unknown" />;
  return standing === 'ignored' ? <Badge>ignored</Badge> : null;
}

function howSure({ standing, sureness, saidBy, contradictory, similarity, faces }: VisitorOfPage): string {
  const parts = [
    contradictory ? 'two names were found' : '',
    saidBy !== null ? `said by ${actorText(saidBy)}` : '',
    saidBy === null && standing === 'named' && sureness !== null ? sureness : '',
    saidBy === null && similarity !== null ? `similarity ${formatSimilarity(similarity)}` : '',
    faces > 1 ? `in ${formatCount(faces, 'picture')}` : '',
  ];
  return parts.filter(Boolean).join(' · ');
}
