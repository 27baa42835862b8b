import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { listed, moment, say } from '@watchpost/shared/chat/say';

const bold = (text: string): TextRun => ({ text, bold: true });

/** Megabytes as people write them: `3.2 MB`. */
const size = (bytes: number): string =>
  `${(bytes / 1_000_000).toLocaleString('en-GB', { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;

const percent = (part: number | null): string => (part === null ? '' : ` ${Math.floor(part * 100)} %`);

/** What is said about converting links, in English. */
export const enConvert = {
  topic: 'converting a link',
  usage: (formats: readonly string[], hosts: readonly string[]): RichText =>
    say`Send me a link, or write /convert LINK FORMAT. Formats: ${listed(formats, 'or')}. I take links of ${listed(hosts)}.`,
  usageMail: (): RichText => say` With "to" and a mail address at the end, the link to the file goes there as well.`,
  off: (): RichText => say`Converting links is switched off here. Whoever runs this watchpost can switch it on (CONVERT_HOSTS).`,
  hostNotAllowed: (host: string, hosts: readonly string[]): RichText =>
    say`I do not convert links of ${bold(host)}, only those of ${listed(hosts)}.`,
  mailNotAllowed: (): RichText =>
    say`I send no mail to this address: only to those that whoever runs this watchpost has allowed (ALERT_MAIL_TO).`,
  mailOff: (): RichText => say`I cannot send mail: for that SMTP_URL and PUBLIC_URL must be set.`,
  ask: (host: string): RichText => say`A link of ${bold(host)}. Shall I convert it?`,
  no: 'No',
  cancel: 'Cancel',
  declined: (): RichText => say`Nothing is converted.`,
  pressOne: (): RichText => say`Please press one of the buttons, or /cancel.`,
  timedOut: (): RichText => say`This has timed out. Send the link again whenever you like.`,
  tooMany: (): RichText => say`Two of your links are being converted already. Send this one again when one of them is done.`,
  waiting: (format: string): RichText => say`To ${format}: it waits for its turn.`,
  fetching: (format: string, part: number | null): RichText => say`To ${format}: fetching …${percent(part)}`,
  converting: (format: string, part: number | null): RichText => say`To ${format}: converting …${percent(part)}`,
  sending: (format: string): RichText => say`To ${format}: sending …`,
  cancelling: (): RichText => say`I stop it.`,
  cancelled: (): RichText => say`Cancelled: nothing was converted.`,
  caption: (name: string): RichText => say`${name}`,
  done: (name: string, bytes: number): RichText => say`Here it is: ${bold(name)}, ${size(bytes)}.`,
  link: (name: string, bytes: number, url: string, untilMs: number): RichText =>
    say`${{ text: name, link: url }}, ${size(bytes)}. The link is good until ${moment(untilMs)}, for whoever has it.`,
  mailed: (): RichText => say` It is in your mail as well.`,
  mailSubject: (name: string): string => `Converted: ${name}`,
  mailText: (name: string, bytes: number, url: string, untilMs: number): string =>
    `${name} (${size(bytes)}) can be loaded until ${moment(untilMs).text}:\n\n${url}\n\nWhoever has this link can load the file.\n`,
  tooLargeForChat: (bytes: number, most: number): RichText =>
    say`It has ${size(bytes)}, and this chat takes ${size(most)}. For larger ones I could give you a link, but whoever runs this watchpost has set no public address (PUBLIC_URL).`,
  onlyBeginning: (seconds: number): RichText => say` Only the first ${seconds} seconds are used.`,
  failed: (reason: string): RichText => say`That did not work: ${reason}.`,
  failedHere: (): RichText => say`That did not work, and trying again did not help. Please try it once more later.`,
  noConverter: (): RichText =>
    say`I cannot convert anything: the program for that is missing. Whoever runs this watchpost finds out more in its log.`,
};
