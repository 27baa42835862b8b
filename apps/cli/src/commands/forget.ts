import { changePeople } from '../support/change-people.ts';

/** `forget NAME`: erases a person; can be undone for ten minutes. */
export const run = changePeople(1, (person = '') => ({ kind: 'forget', person }));
