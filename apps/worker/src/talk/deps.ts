import type { Envelope } from '@watchpost/shared/envelope';
import type { Enroll } from '@watchpost/gallery/moving-in/enroll';
import type { Access } from '@watchpost/talk/access';
import type { Dialogs } from '@watchpost/talk/dialogs';
import type { InteractionDeps } from '../interaction/pipeline.ts';
import type { WordsDeps } from './commands/words-deps.ts';
import type { Line } from './line.ts';

/** What conversations have of their own; see createTalking. */
export interface Talking extends Omit<WordsDeps, 'documents' | 'subscriptions'> {
  dialogs: Dialogs;
  access: Access;
  line: Line;
}

/** What conversations work with. */
export interface TalkDeps extends Omit<InteractionDeps, 'subscriptions'>, Talking {
  subscriptions: InteractionDeps['subscriptions'] & WordsDeps['subscriptions'];
  enroll: Enroll;
  /** Of what is sealed in jobs. */
  envelope: Envelope;
}
