import { formats } from '@watchpost/convert/formats';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { enConvert } from '@watchpost/talk/words/en-convert';
import type { TalkCommand } from '../talk-command.ts';
import { askFormat, start } from './begin.ts';
import type { ConvertDeps } from './convert-deps.ts';
import { readRequest } from './read-request.ts';

const messageOf = (text: RichText): TalkMessage => ({ text, buttons: [], ask: null });

/** `/convert LINK [FORMAT] [to ADDRESS]`. A message with a link in it comes here as well, the whole of it as what was typed. */
export const convertCommand: TalkCommand<ConvertDeps> = {
  name: 'convert',
  description: enConvert.description,
  run: async (typed, talker, deps, signal) => {
    const { convertHosts, mailTo: allowed, publicUrl } = deps.converting;
    const { link, host, format, mailTo } = readRequest(typed, convertHosts);
    // Beside others people send each other links that are no business of ours.
    if (link === null && !talker.isPrivate && host !== null) return null;
    if (convertHosts.length === 0) return messageOf(enConvert.off());
    if (link === null && host !== null) return messageOf(enConvert.hostNotAllowed(host, convertHosts));
    if (link === null) {
      const usage = enConvert.usage(formats, convertHosts);
      return messageOf(allowed.length === 0 ? usage : [...usage, ...enConvert.usageMail()]);
    }
    if (mailTo !== null && (deps.queueMail === null || publicUrl === null)) return messageOf(enConvert.mailOff());
    if (mailTo !== null && !allowed.some((each) => each.toLowerCase() === mailTo)) return messageOf(enConvert.mailNotAllowed());
    const dialog = await askFormat({ link, mailTo }, format, talker, deps, signal);
    if (dialog && format !== null) await start(dialog, format, talker, deps, signal);
    return null;
  },
};
