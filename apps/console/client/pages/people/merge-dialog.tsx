import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { MergePreview, PersonRow } from '../../../src/api/people/schema.ts';
import { api, ApiError, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, Notice } from '../../kit/card.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { Face } from '../../kit/face.tsx';
import { formatCount, unitOf } from '../../kit/format.ts';
import { Skeleton } from '../../kit/states.tsx';
import { changePerson, faceAddress, makeAndTell } from './deeds.ts';
import { NameField } from './name-field.tsx';

/** What merging all of them comes to: who stays, and each that goes. */
interface Planned {
  kept: PersonRow;
  previews: MergePreview[];
}

/** Both sides of a merge, before it is made. With one person the other is chosen first. */
export function MergeDialog({
  persons,
  onClose,
  onDone,
}: {
  persons: readonly { id: string; name: string }[];
  onClose: () => void;
  onDone: (personId: string | null) => void;
}): JSX.Element {
  const [other, setOther] = useState<PersonRow | null>(null);
  const ids = [...persons.map(({ id }) => id), ...(other ? [other.id] : [])];
  const plan = usePlan(ids.length > 1 ? ids : []);
  const [busy, setBusy] = useState(false);
  const merge = async (): Promise<void> => {
    if (!plan.planned) return;
    const { kept, previews } = plan.planned;
    setBusy(true);
    if (!(await plan.isStill())) {
      setBusy(false);
      return;
    }
    const goes = [...new Set(previews.flatMap((each) => [each.kept.id, each.absorbed.id]))].filter((id) => id !== kept.id);
    const deed = await makeAndTell(goes.map((id) => changePerson(id, 'merge', { into: kept.id })));
    setBusy(false);
    if (deed) onDone(kept.id);
    onClose();
  };
  const [first] = persons;
  return (
    <Dialog
      title={persons.length > 1 || other ? 'Merge these people' : `Merge ${first?.name ?? ''} with somebody`}
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" icon="merge" disabled={!plan.planned} busy={busy} onClick={() => void merge()}>
            Merge
          </Button>
        </>
      }
    >
      <div class="stack">
        {persons.length === 1 && (
          <NameField
            label="Whom is it the same as?"
            placeholder="Type a name or a number"
            newNames={false}
            except={persons.map(({ id }) => id)}
            onChoose={(chosen) => 'person' in chosen && setOther(chosen.person)}
            onLeave={(key) => key === 'Escape' && onClose()}
          />
        )}
        {plan.isNew && <Notice tone="warn">Somebody changed this meanwhile, so nothing was merged. This is how it is now.</Notice>}
        {plan.fault && <Notice tone="danger">{plan.fault}</Notice>}
        {ids.length > 1 && !plan.planned && !plan.fault && <Skeleton lines={3} />}
        {plan.planned && <Sides planned={plan.planned} />}
      </div>
    </Dialog>
  );
}

function Sides({ planned: { kept, previews } }: { planned: Planned }): JSX.Element {
  const last = previews.at(-1);
  const others = previews.flatMap((each) => [each.kept, each.absorbed]).filter(({ id }) => id !== kept.id);
  const absorbed = [...new Map(others.map((row) => [row.id, row])).values()];
  const surplus = previews.reduce((sum, each) => sum + each.surplus, 0);
  return (
    <>
      <div class="merge-sides">
        <Side row={kept} note={<Badge tone="ok">stays</Badge>} />
        {absorbed.map((row) => (
          <Side key={row.id} row={row} note={<Badge>becomes {kept.name}</Badge>} />
        ))}
      </div>
      <p class="muted">
        <strong>{kept.name}</strong> will have {formatCount([kept, ...absorbed].reduce((sum, row) => sum + row.faces, 0) - surplus, 'face')}{' '}
        and{' '}
        {formatCount(
          [kept, ...absorbed].reduce((sum, row) => sum + row.sightings, 0),
          'sighting',
        )}
        {last && last.aliases.length > 0 ? `, and is also found as ${last.aliases.join(', ')}` : ''}.
        {surplus > 0 ? ` ${formatCount(surplus, 'face')} that others resemble ${unitOf(surplus, 'is', 'are')} left out.` : ''} Posts change
        too. You can undo this for ten minutes.
      </p>
      {previews.some(({ notSame }) => notSame) && (
        <Notice tone="warn">Somebody said that these are not the same person, or one picture shows both. Merging overrules that.</Notice>
      )}
    </>
  );
}

function Side({ row, note }: { row: PersonRow; note: JSX.Element }): JSX.Element {
  return (
    <div class="merge-side">
      <Face src={faceAddress(row.face)} name={row.name} size="l" />
      <div class="stack tight">
        <strong>{row.name}</strong>
        <span class="muted small">
          {formatCount(row.faces, 'face')} · {formatCount(row.sightings, 'sighting')}
        </span>
        {row.aliases.length > 0 && <span class="muted small">also {row.aliases.join(', ')}</span>}
        <span>{note}</span>
      </div>
    </div>
  );
}

interface Plan {
  planned: Planned | null;
  fault: string | null;
  /** It is not what it was when somebody wanted to carry it out. */
  isNew: boolean;
}
const noPlan: Plan = { planned: null, fault: null, isNew: false };

/** Merges them in thought. `isStill`: asks once more, and resolves to whether it comes to what is shown; what it comes to is shown then. */
function usePlan(ids: readonly string[]): Plan & { isStill: () => Promise<boolean> } {
  const [state, setState] = useState({ ...noPlan, key: '' });
  const key = ids.join(' ');
  const fail = (error: unknown): void => setState({ ...noPlan, key, fault: error instanceof ApiError ? error.message : String(error) });
  useEffect(() => {
    const own = new AbortController();
    if (ids.length > 1)
      planOf(ids, own.signal).then(
        (planned) => setState({ ...noPlan, key, planned }),
        (error: unknown) => own.signal.aborted || fail(error),
      );
    return () => own.abort();
  }, [key]);
  const isStill = async (): Promise<boolean> => {
    try {
      const planned = await planOf(ids);
      const isSame = state.planned !== null && outcomeOf(planned) === outcomeOf(state.planned);
      if (!isSame) setState({ ...noPlan, key, planned, isNew: true });
      return isSame;
    } catch (error) {
      fail(error);
      return false;
    }
  };
  return { ...(state.key === key ? state : noPlan), isStill };
}

/** One after the other: whoever stays of two meets the next. */
async function planOf(ids: readonly string[], signal?: AbortSignal): Promise<Planned> {
  let [kept = ''] = ids;
  const previews: MergePreview[] = [];
  for (const id of ids.slice(1)) {
    const path = withParams(`/api/people/${encodeURIComponent(id)}/merge-preview`, { into: kept });
    const preview = await api.get<MergePreview>(path, signal && { signal });
    previews.push(preview);
    kept = preview.kept.id;
  }
  const row = previews.at(-1)?.kept;
  if (!row) throw new Error('two are needed');
  return { kept: row, previews };
}

/** Who stays and who goes, by name. Sightings come in all the time. */
const outcomeOf = ({ previews }: Planned): string =>
  JSON.stringify(previews.map(({ kept, absorbed, notSame }) => [kept.id, kept.name, absorbed.id, absorbed.name, notSame]));
