import type { JSX } from 'preact';
import type { RuleChangesAnswer } from '../../../src/api/rules/schema.ts';
import { withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Notice } from '../../kit/card.tsx';
import { useQuery } from '../../kit/use-query.ts';

/** That the rule is not what a dialog shows any more: who changed it, and how. `onLook`: shows it as it is now. */
export function ChangedMeanwhile({ rule, onLook }: { rule: string; onLook: () => void }): JSX.Element {
  const { data } = useQuery<RuleChangesAnswer>(withParams('/api/rules/changes', { rule }), { topics: ['rules'] });
  const last = data?.changes[0];
  return (
    <Notice tone="danger">
      <p>This rule was changed meanwhile, so nothing is saved{last ? `. ${last.actor} ${last.text}` : ''}.</p>
      <Button size="small" onClick={onLook}>
        Show it as it is now
      </Button>
    </Notice>
  );
}
