import { consoleClasses } from './console-classes.ts';
import type { DataClass } from './data-class.ts';
import { messagesClasses } from './messages-classes.ts';
import { peopleClasses } from './people-classes.ts';
import { postsClasses } from './posts-classes.ts';
import { talkClasses } from './talk-classes.ts';

/** Every class of data that watchpost keeps, in the order in which docs/privacy.md lists them. */
export const dataClasses: readonly DataClass[] = [...peopleClasses, ...postsClasses, ...messagesClasses, ...talkClasses, ...consoleClasses];
