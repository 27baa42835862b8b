import { changePeople } from '../support/change-people.ts';

/** `distinguish NAME OTHER`: these two are not the same person. */
export const run = changePeople(2, (person = '', other = '') => ({ kind: 'distinguish', person, other }));
