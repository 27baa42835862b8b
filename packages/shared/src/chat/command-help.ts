/** What people type before each command about faces: `/faces who`. */
export const commandName = '/faces';

/** The command about rules: `/rules list`. */
export const rulesCommandName = '/rules';

/** A command as it is to be typed. */
export const typed = (command: string): string => `${commandName} ${command}`;

/** A command that people can type: how it is written, and what it does. */
export interface CommandHelp {
  /** Its first word. */
  name: string;
  usage: string;
  does: string;
}

/** All commands, in the order in which `help` shows them. */
export const commandHelp: readonly CommandHelp[] = [
  { name: 'who', usage: 'who', does: 'who is there now' },
  { name: 'last-seen', usage: 'last-seen NAME', does: 'when and where somebody was last seen' },
  { name: 'timeline', usage: 'timeline NAME', does: 'where somebody was seen lately' },
  { name: 'list', usage: 'list [NAME]', does: 'everybody who is known, or those whose name has this in it' },
  { name: 'rename', usage: 'rename NAME to NEW NAME', does: 'give somebody another name' },
  { name: 'merge', usage: 'merge NAME into NAME', does: 'say that two are the same person' },
  { name: 'ignore', usage: 'ignore NAME', does: 'report somebody no more' },
  { name: 'unignore', usage: 'unignore NAME', does: 'report somebody again' },
  { name: 'forget', usage: 'forget NAME', does: 'erase everything about somebody; asks back first' },
  { name: 'undo', usage: 'undo', does: 'take back your latest change, up to ten minutes later' },
  { name: 'tell', usage: 'tell me when NAME comes to CAMERA between 22:00 and 6:00', does: 'send you a message then' },
  { name: 'subscriptions', usage: 'subscriptions', does: 'what you are told about' },
  { name: 'stop', usage: 'stop N', does: 'end one of these' },
  { name: 'status', usage: 'status', does: 'how watchpost is doing, and why pictures had no face' },
  { name: 'help', usage: 'help', does: 'this list' },
];
