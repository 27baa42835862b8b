import { readRules } from '@watchpost/rules/store/rules-document';
import type { StoredDocument } from '@watchpost/shared/documents/document-store';
import type { DoctorConfig } from './config.ts';
import type { Check, Report } from './finding.ts';

const ofMessages = 'keys.message';

/** The keys that seal messages in jobs. */
export function keyChecks({ keys, files }: DoctorConfig): Check[] {
  const message = keys?.MESSAGE_KEY;
  if (!keys || (message === undefined && files?.FEEDS_FILE === undefined)) return [];
  return [
    {
      id: ofMessages,
      repair: 'set MESSAGE_KEY: `openssl rand -hex 32` makes one',
      examine: async (report) => {
        if (message === undefined)
          report.note(
            ofMessages,
            'what waits for approval is sealed with a key derived from the platforms’ tokens: with a new token nobody can read it',
            'set MESSAGE_KEY for ingest and workers: `openssl rand -hex 32` makes one',
          );
        else if (message.length > 1)
          report.note(ofMessages, 'MESSAGE_KEY has two keys, as while rotating', 'leave the old one out once nothing waits that it sealed');
        else report.ok(ofMessages, 'MESSAGE_KEY is set');
      },
    },
  ];
}

/** Whether the rules in the database have the keys and tokens that they need. `document`: that of the rules. */
export function reportRules(report: Report, { keys, slack }: DoctorConfig, document: StoredDocument | null): void {
  const { rules, unreadable } = readRules(document);
  const live = rules.filter(({ enabled }) => enabled);
  const kept = live.filter(({ action }) => action === 'quarantine').length;
  const removing = live.filter(({ action }) => action !== 'report').length;
  if (unreadable.length > 0)
    report.warning(
      'rules.format',
      `${count(unreadable.length, 'rule was', 'rules were')} written by another release`,
      'let all processes run the same release',
    );
  if (kept > 0 && keys && keys.QUARANTINE_KEY === undefined)
    report.fault(
      'keys.quarantine',
      `${count(kept, 'rule is', 'rules are')} to keep originals in quarantine, and QUARANTINE_KEY is not set`,
      'set it for the workers, to the key that was used before if there was one',
    );
  else if (kept > 0) report.ok('keys.quarantine', 'QUARANTINE_KEY is set');
  if (removing > 0 && slack?.SLACK_API_TOKEN !== undefined && slack.SLACK_USER_TOKEN === undefined)
    report.warning(
      'keys.user-token',
      `${count(removing, 'rule is', 'rules are')} to remove messages, and SLACK_USER_TOKEN is not set: what members wrote stays`,
      'set it to an admin’s user token, or let these rules only report',
    );
}

const count = (number: number, one: string, several: string): string => `${String(number)} ${number === 1 ? one : several}`;
