import type { Envelope } from '@watchpost/shared/envelope';
import type { Enroll } from '@watchpost/gallery/moving-in/enroll';
import type { Access } from '@watchpost/talk/access';
import type { Moves } from '@watchpost/talk/moves';
import type { Subscriptions } from '@watchpost/visits/subscriptions';
import type { InteractionDeps } from '../interaction/pipeline.ts';
import type { ChartDeps } from './commands/chart.ts';
import type { WordsDeps } from './commands/words-deps.ts';
import type { ConvertDeps } from './convert/convert-deps.ts';
import type { Line } from './line.ts';

/** What conversations have of their own; see createTalking. */
export interface Talking extends Omit<WordsDeps, 'documents' | 'subscriptions'> {
  subscriptions: Subscriptions;
  access: Access;
  moves: Moves;
  line: Line;
}

/** What conversations work with. */
export interface TalkDeps extends InteractionDeps, Talking, ChartDeps, Pick<ConvertDeps, 'converting' | 'queueMail'> {
  subscriptions: Subscriptions;
  enroll: Enroll;
  /** Of what is sealed in jobs. */
  envelope: Envelope;
}
