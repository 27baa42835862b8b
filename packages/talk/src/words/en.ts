import { enChart } from './en-chart.ts';
import { enCommands } from './en-commands.ts';
import { enConvert } from './en-convert.ts';
import { enTalk } from './en-talk.ts';

/** Everything that is said in conversations, in English. */
export const en = { ...enCommands, talk: enTalk, chart: enChart, convert: enConvert };
