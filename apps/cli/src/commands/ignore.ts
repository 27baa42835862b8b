import { changePeople } from '../support/change-people.ts';

/** `ignore NAME`: a person is recognised and not reported. */
export const run = changePeople(1, (person = '') => ({ kind: 'ignore', person }));
