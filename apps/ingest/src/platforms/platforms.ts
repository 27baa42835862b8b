import { slackIntake } from './slack/intake.ts';
import { telegramIntake } from './telegram/intake.ts';

/** Every chat platform that ingest receives events from. The configuration, the routes and the readiness checks follow from this table. */
export const platforms = [slackIntake, telegramIntake];
