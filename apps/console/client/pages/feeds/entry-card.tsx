import type { JSX } from 'preact';
import type { EntryDecision, EntryRow } from '../../../src/api/feeds/schema.ts';
import { Button } from '../../kit/button.tsx';
import { Badge, type Tone } from '../../kit/card.tsx';
import { formatCount } from '../../kit/format.ts';
import { Menu, type MenuItem } from '../../kit/menu.tsx';
import { actorText } from '../../kit/place.ts';
import { useMay } from '../../kit/session.ts';
import { Time } from '../../kit/time.tsx';

function toneOf({ isWaiting, isHidden, isDeleted, shown }: EntryRow): Tone {
  if (isDeleted || isHidden) return 'plain';
  if (isWaiting) return 'warn';
  return shown === null ? 'danger' : 'ok';
}

/** What readers see of a message, what waits, and what an editor can do about it. */
export function EntryCard({
  entry,
  needsApproval,
  canDecide,
  busy,
  onDecide,
  onOverride,
}: {
  entry: EntryRow;
  needsApproval: boolean;
  canDecide: boolean;
  busy: boolean;
  onDecide: (decision: EntryDecision) => void;
  onOverride: () => void;
}): JSX.Element {
  const mayEdit = useMay('editor') && canDecide && !entry.isDeleted;
  const { author, postedAtMs, state, isReply, isWaiting, isHidden } = entry;
  const name = author || 'somebody';
  return (
    <article class="card entry">
      <header class="row between">
        <span class="row">
          <strong>{name}</strong>
          <span class="small muted">
            <Time at={postedAtMs} />
            {isReply && ', in a thread'}
          </span>
        </span>
        <Badge tone={toneOf(entry)}>{state}</Badge>
      </header>
      <Texts entry={entry} />
      <footer class="row between">
        <Facts entry={entry} />
        {mayEdit && (
          <span class="row">
            {needsApproval && isWaiting && (
              <Button size="small" tone="primary" icon="check" busy={busy} onClick={() => onDecide({ what: 'approved' })}>
                Approve
              </Button>
            )}
            <Button
              size="small"
              icon={isHidden ? 'eye' : 'eye-off'}
              busy={busy}
              onClick={() => onDecide({ what: isHidden ? 'showed' : 'hid' })}
            >
              {isHidden ? 'Show' : 'Hide'}
            </Button>
            <Menu label={`More for the message of ${name}`} items={itemsOf(entry, onDecide, onOverride)} />
          </span>
        )}
      </footer>
    </article>
  );
}

function itemsOf(entry: EntryRow, onDecide: (decision: EntryDecision) => void, onOverride: () => void): MenuItem[] {
  const { override, decision, isWaiting } = entry;
  const items: MenuItem[] = [
    { label: override === null ? 'Put another text in its place…' : 'Edit the text in its place…', icon: 'edit', onSelect: onOverride },
  ];
  if (override !== null) items.push({ label: 'Restore its own text', icon: 'undo', onSelect: () => onDecide({ what: 'restored' }) });
  if (decision?.isApproved && !isWaiting)
    items.push({ label: 'Take the approval back', icon: 'undo', onSelect: () => onDecide({ what: 'withdrew' }) });
  return items;
}

/** The newest version where it is another one than readers see, then what readers see. */
function Texts({ entry: { shown, override, versions, isWaiting } }: { entry: EntryRow }): JSX.Element {
  const [newest] = versions;
  return (
    <div class="stack tight">
      {isWaiting && newest && (
        <blockquote class="entry-text waiting">{newest.text ?? <span class="faint">{newest.state}</span>}</blockquote>
      )}
      {shown !== null && (
        <>
          {isWaiting && <span class="small muted">Readers still see:</span>}
          <blockquote class="entry-text">{shown || <span class="faint">a picture without words</span>}</blockquote>
        </>
      )}
      {shown === null && !isWaiting && <p class="small faint">Readers see nothing of it.</p>}
      {override !== null && <span class="small muted">An editor put this text in place of the message.</span>}
    </div>
  );
}

function Facts({ entry: { pictures, approvedBy, decision, versions } }: { entry: EntryRow }): JSX.Element {
  const failed = pictures.filter(({ state }) => state === 'failed').length;
  const facts = [
    pictures.length > 0 ? formatCount(pictures.length, 'picture') : '',
    failed > 0 ? `${String(failed)} could not be brought to readers` : '',
    versions.length > 1 ? formatCount(versions.length, 'version') : '',
    approvedBy.length > 0 ? `approved by ${approvedBy.join(', ')}` : '',
    decision ? `decided by ${actorText(decision.by)}` : '',
  ];
  return <span class="small muted">{facts.filter(Boolean).join(' · ')}</span>;
}
