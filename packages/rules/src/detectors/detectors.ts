import type { DetectorName } from '../rule.ts';
import { cardNumbers } from './card-numbers.ts';
import type { Detector } from './detector.ts';
import { emailAddresses } from './email-addresses.ts';
import { ibans } from './ibans.ts';
import { phoneNumbers } from './phone-numbers.ts';
import { secrets } from './secrets/secrets.ts';

/** All of them; each with its tests of what it must and must not find. */
export const detectors: Record<DetectorName, Detector> = {
  secrets,
  'card-numbers': cardNumbers,
  ibans,
  'phone-numbers': phoneNumbers,
  'email-addresses': emailAddresses,
};
