import { changePeople } from '../support/change-people.ts';

/** `unignore NAME`: a person is reported again. */
export const run = changePeople(1, (person = '') => ({ kind: 'unignore', person }));
