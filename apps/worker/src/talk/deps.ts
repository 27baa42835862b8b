import type { Envelope } from '@watchpost/shared/envelope';
import type { Enroll } from '@watchpost/gallery/moving-in/enroll';
import type { Access } from '@watchpost/talk/access';
import type { Dialogs } from '@watchpost/talk/dialogs';
import type { InteractionDeps } from '../interaction/pipeline.ts';
import type { Line } from './line.ts';

/** What conversations have of their own; see createTalking. */
export interface Talking {
  dialogs: Dialogs;
  access: Access;
  line: Line;
  /** How long a dialog waits for an answer, milliseconds. */
  waitMs: number;
  /** Of those who do not say which one they speak. */
  talkLanguage: string;
}

/** What conversations work with. */
export interface TalkDeps extends InteractionDeps, Talking {
  enroll: Enroll;
  /** Of what is sealed in jobs. */
  envelope: Envelope;
}
