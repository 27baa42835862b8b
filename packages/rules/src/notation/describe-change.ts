import type { Rule } from '../rule.ts';
import type { RuleChange } from '../rules.ts';
import { describeLook, describeScope, describeState, type ShowId } from './describe.ts';
import { shownId } from './ids.ts';

type Shown = readonly [label: string, text: (rule: Rule, show: ShowId) => string];

const compared: readonly Shown[] = [
  ['name', ({ name }) => name],
  ['looks for', ({ look }) => describeLook(look)],
  ['in', ({ scope }, show) => describeScope(scope, show)],
  ['scans', ({ scan }) => scan],
  ['action', ({ action }) => action],
  ['exempt', ({ exempt }, show) => exempt.map(show).join(', ') || 'nobody'],
  ['severity', ({ severity }) => severity],
  ['state', describeState],
  ['description', ({ description }) => (description === '' ? 'none' : `"${description}"`)],
  ['notice', ({ notice }) => (notice === null ? 'none' : `"${notice}"`)],
  ['removals an hour', ({ mostAnHour }) => String(mostAnHour)],
];

/** A change of the rules without who and when: `edited AWS keys: action report → remove; state dry run → live`. Pure. */
export function describeChange({ what, before, after }: Pick<RuleChange, 'what' | 'before' | 'after'>, show: ShowId = shownId): string {
  const rule = after ?? before;
  if (!rule) return what;
  if (what === 'added') return `added ${rule.name} (${describeLook(rule.look)}; ${rule.action}, ${describeState(rule)})`;
  if (what === 'removed' || !before || !after) return `${what} ${rule.name}`;
  const differences = compared.flatMap(([label, text]) => {
    const [was, is] = [text(before, show), text(after, show)];
    return was === is ? [] : `${label} ${was} → ${is}`;
  });
  return `edited ${before.name}: ${differences.join('; ') || 'nothing changed'}`;
}
