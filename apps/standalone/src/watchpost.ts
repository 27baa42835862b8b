import { toAppError } from '@watchpost/shared/errors';
import { storageForCommand } from './command-storage.ts';

// The command line, with the gallery where `npm start` keeps it. It runs in this process, as it does in a worker's image.
try {
  const storage = await storageForCommand(process.argv[2], process.env);
  Object.assign(process.env, storage.env);
  await import('@watchpost/cli/main');
  await storage.close();
} catch (error) {
  const { code, message } = toAppError(error);
  process.stderr.write(`${code}: ${message}\n`);
  process.exitCode = 1;
}
