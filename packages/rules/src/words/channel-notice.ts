import type { Post } from '@watchpost/shared/chat/post';
import { plain, section } from '@watchpost/shared/chat/say';
import type { Violation } from '../violation.ts';
import { live } from '../findings.ts';

/** What the channel is told after a removal, in the rules' own words; null: nothing. Pure. */
export function noticeOf({ findings, removal }: Pick<Violation, 'findings' | 'removal'>): Post | null {
  if (removal.state !== 'removed') return null;
  const removing = live(findings).filter(({ action }) => action !== 'report');
  const notices = new Set(removing.flatMap(({ notice }) => (notice === null || notice.trim() === '' ? [] : [notice])));
  const words = [...notices].join('\n');
  if (words === '') return null;
  const text = [{ text: words }];
  return { summary: plain(text), picture: null, sections: [section(text)], footer: [] };
}
