import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { Button } from '../../kit/button.tsx';
import { formatCount } from '../../kit/format.ts';
import { confirm } from '../../kit/dialog.tsx';
import { changePerson, makeAndTell, receiptAddress, type Deed } from './deeds.ts';

interface Forgettable {
  id: string;
  name: string;
  faces: number;
  sightings: number;
}

/** Forgets somebody whose page this is, and leads to the receipt. */
export function useForget(person: Forgettable): () => void {
  const { route } = useLocation();
  return () =>
    void forget([person], () => undefined).then((deed) => {
      const [entry] = deed?.entries ?? [];
      if (entry) route(receiptAddress(entry));
    });
}

export function ForgetButton({ person }: { person: Forgettable }): JSX.Element {
  return (
    <Button icon="trash" tone="danger" onClick={useForget(person)}>
      Forget…
    </Button>
  );
}

/** Asks, says what goes, and forgets. Resolves to null if nothing was done. */
export async function forget(people: readonly Forgettable[], after: () => void): Promise<Deed | null> {
  const [first] = people;
  if (!first) return null;
  const who = people.length === 1 ? first.name : formatCount(people.length, 'person', 'people');
  const faces = people.reduce((sum, each) => sum + each.faces, 0);
  const sightings = people.reduce((sum, each) => sum + each.sightings, 0);
  const yes = await confirm({
    title: `Forget ${who}?`,
    danger: true,
    action: 'Forget',
    body: (
      <div class="stack">
        <p>
          The names, {formatCount(faces, 'face')} and {formatCount(sightings, 'sighting')} go, with every picture of a face and whatever was
          learnt from them. {people.length === 1 ? 'The person' : 'Each of them'} will be a stranger when seen again.
        </p>
        <p class="muted">
          Hidden at once. It can be undone for ten minutes; after that it is erased for good, everywhere, and a receipt says so.
        </p>
      </div>
    ),
  });
  return yes
    ? makeAndTell(
        people.map(({ id }) => changePerson(id, 'forget')),
        after,
      )
    : null;
}
