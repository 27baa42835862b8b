/** What people type before each command about faces: `/faces who`. */
export const commandName = '/faces';

/** The command about rules: `/rules list`. */
export const rulesCommandName = '/rules';

/** A command as it is to be typed. */
export const typed = (command: string): string => `${commandName} ${command}`;

/** The same about rules. */
export const typedRules = (command: string): string => `${rulesCommandName} ${command}`;

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

/** The same of rules. Only admins may use these. */
export const rulesHelp: readonly CommandHelp[] = [
  { name: 'list', usage: 'list', does: 'all rules' },
  { name: 'show', usage: 'show NAME', does: 'all settings of a rule' },
  {
    name: 'add',
    usage: 'add NAME --pattern PATTERN --channels #general,#random --action report|quarantine|remove',
    does: 'make a rule, in dry run; --detector secrets instead of --pattern looks for keys and tokens',
  },
  { name: 'edit', usage: 'edit NAME --severity high', does: 'change settings of a rule' },
  { name: 'live', usage: 'live NAME', does: 'end the dry run: from now on the rule acts' },
  { name: 'dry-run', usage: 'dry-run NAME', does: 'only record and report what the rule would have done' },
  { name: 'enable', usage: 'enable NAME', does: 'apply a rule again' },
  { name: 'disable', usage: 'disable NAME', does: 'apply a rule no more' },
  { name: 'remove', usage: 'remove NAME', does: 'remove a rule; asks back first' },
  { name: 'test', usage: 'test NAME TEXT', does: 'what a rule finds in a text; --pattern PATTERN instead of NAME tries a pattern' },
  { name: 'test', usage: 'test NAME in #general last 50', does: 'what it would have done about the last messages of a channel' },
  {
    name: 'violations',
    usage: 'violations rule NAME in #general by @ada since 7d',
    does: 'what was found lately; each of the conditions may be left out',
  },
  { name: 'history', usage: 'history', does: 'who changed which rule' },
  { name: 'help', usage: 'help', does: 'this list' },
];
