import { formats } from '@watchpost/convert/formats';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Words } from '@watchpost/talk/words/words';
import { messageOf } from '../answering.ts';
import { wordsOf } from '../commands/words-deps.ts';
import type { TalkCommand } from '../talk-command.ts';
import { askFormat, start } from './begin.ts';
import type { ConvertDeps } from './convert-deps.ts';
import { readRequest } from './read-request.ts';

function usage({ converting: { convertHosts, mailTo } }: ConvertDeps, words: Words['convert']): RichText {
  const text = words.usage(formats, convertHosts);
  return mailTo.length === 0 ? text : [...text, ...words.usageMail()];
}

/** Null: mail can be sent there. */
function whyNoMail(to: string, { queueMail, converting: { publicUrl, mailTo } }: ConvertDeps, words: Words['convert']): RichText | null {
  if (queueMail === null || publicUrl === null) return words.mailOff();
  return mailTo.some((each) => each.toLowerCase() === to) ? null : words.mailNotAllowed();
}

/** `/convert LINK [FORMAT] [to ADDRESS]`. A message with a link in it comes here as well, the whole of it as what was typed. */
export const convertCommand: TalkCommand<ConvertDeps> = {
  name: 'convert',
  run: async (typed, talker, deps, signal) => {
    const { convertHosts } = deps.converting;
    const words = wordsOf(talker, deps).convert;
    const { link, host, format, mailTo } = readRequest(typed, convertHosts);
    // Beside others people send each other links that are no business of ours.
    if (link === null && !talker.isPrivate && host !== null) return null;
    if (convertHosts.length === 0) return messageOf(words.off());
    if (link === null) return messageOf(host === null ? usage(deps, words) : words.hostNotAllowed(host, convertHosts));
    const noMail = mailTo === null ? null : whyNoMail(mailTo, deps, words);
    if (noMail) return messageOf(noMail);
    const dialog = await askFormat({ link, mailTo }, format, talker, deps, signal);
    if (dialog && format !== null) await start(dialog, format, talker, deps, signal);
    return null;
  },
};
