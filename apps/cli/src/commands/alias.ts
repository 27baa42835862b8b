import { changePeople } from '../support/change-people.ts';

/** `alias NAME ALIAS`: another name that finds a person. */
export const run = changePeople(2, (person = '', alias = '') => ({ kind: 'alias', person, alias }));
