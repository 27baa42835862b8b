import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain, say, section } from '@watchpost/shared/chat/say';
import type { Violation } from '../violation.ts';
import { live } from '../findings.ts';
import { channelRun, joined, matchesOf, quotedNames, rulesOf, stands } from './parts.ts';

/** Of all explanations together: Slack takes only so much in one message, and the button must not be what is left out. */
const mostCharacters = 1_200;

/** What the author of a removed message reads: which rule it was, what to do, and how to say that it is a mistake. Pure. */
export function authorMessageOf(violation: Violation): Post {
  const findings = live(violation.findings);
  const heading = whatHappened(violation, ruleOf(findings));
  const explained = explanationsOf(findings);
  const lines = [
    heading,
    say`Found: ${matchesOf(findings)}`,
    ...explained,
    say`If it was a password, a key or a token, change it now: somebody may have seen it. What else it said you may post again.`,
    ...appealLine(violation),
  ];
  const text = joined(lines, '\n');
  const button = { label: 'This is a mistake', target: { action: 'mistake', violation: violation.id } } as const;
  const buttons = violation.appeal.state === 'no' ? [button] : [];
  return { summary: plain(heading), picture: null, sections: [{ text, buttons, menu: [] }], footer: [] };
}

/** What the rules say to authors, as far as there is room. */
function explanationsOf(findings: Violation['findings']): RichText[] {
  let left = mostCharacters;
  return rulesOf(findings)
    .filter(({ description }) => description !== '')
    .filter(({ ruleName, description }) => (left -= ruleName.length + description.length) >= 0)
    .map(({ ruleName, description }) => say`${{ text: ruleName, bold: true }}: ${description}`);
}

/** `the rule “Keys”`, `the rules “Keys” and “Cards”`. */
const ruleOf = (findings: Violation['findings']): string =>
  `the ${rulesOf(findings).length === 1 ? 'rule' : 'rules'} ${quotedNames(findings)}`;

function whatHappened(violation: Violation, rules: string): RichText {
  const where = channelRun(violation);
  switch (violation.removal.state) {
    case 'removed':
    case 'gone':
      return say`Your message in ${where} was removed because of ${rules}.`;
    case 'wanted':
      return say`Your message in ${where} is being removed because of ${rules}.`;
    case 'failed':
      return say`Please delete your message in ${where}: it breaks ${rules}, and watchpost could not remove it.`;
    case 'none':
      return say`Your message in ${where} was reported to the admins because of ${rules}.`;
    default:
      return violation.removal.state satisfies never;
  }
}

function appealLine({ appeal }: Violation): RichText[] {
  switch (appeal.state) {
    case 'no':
      return [];
    case 'asked':
      return [say`You said that this is a mistake. An admin will look at it, and you will be told.`];
    case 'accepted':
      return [say`You said that this is a mistake, and an admin agreed.`];
    case 'rejected':
      return [say`You said that this is a mistake, and an admin disagreed.`];
    default:
      return appeal.state satisfies never;
  }
}

/** What an author is told once an admin has decided about the appeal; null: nobody has. Pure. */
export function appealAnswerOf(violation: Violation): Post | null {
  const { appeal, kept, asked, removal } = violation;
  const where = channelRun(violation);
  const line = (text: RichText): Post => ({ summary: plain(text), picture: null, sections: [section(text)], footer: [] });
  if (appeal.state === 'rejected')
    return line(
      say`An admin looked at your message in ${where}, and says that it breaks ${ruleOf(live(violation.findings))}. Nothing changes.`,
    );
  if (appeal.state !== 'accepted') return null;
  if (kept.state === 'put-back') return line(say`An admin agreed that your message in ${where} broke no rule. It was put back.`);
  if (asked?.what === 'put-back') return line(say`An admin agreed that your message in ${where} broke no rule. It is being put back.`);
  if (stands(violation)) return line(say`An admin agreed that your message in ${where} broke no rule.`);
  if (kept.state === 'kept') return line(say`An admin agreed that your message in ${where} broke no rule. Ask an admin to put it back.`);
  if (removal.state !== 'removed') return line(say`An admin agreed that your message in ${where} broke no rule.`);
  return line(say`An admin agreed that your message in ${where} broke no rule. It was not kept, so please write it again.`);
}
