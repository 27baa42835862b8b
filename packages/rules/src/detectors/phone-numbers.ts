import { findPhoneNumbersInText } from 'libphonenumber-js/max';
import type { Detector } from './detector.ts';
export const phoneNumbers: Detector = {
  find: async (text) => findPhoneNumbersInText(text, 'DE').map(({ startsAt, endsAt }) => ({ start: startsAt, end: endsAt })),
};
