/**
 * A vitest reporter for what its JSON report leaves out: errors that no test caught, which fail a run although every test passed. It writes
 * their stacks, a JSON array of strings, to the file that UNHEARD_ERRORS names.
 */
import { writeFileSync } from 'node:fs';

export default class UnheardErrors {
  onTestRunEnd(_modules, errors) {
    const file = process.env.UNHEARD_ERRORS;
    if (file) writeFileSync(file, JSON.stringify(errors.map(({ stack, message }) => stack ?? message)));
  }
}
