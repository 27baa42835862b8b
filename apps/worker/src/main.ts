import '@watchpost/see/no-telemetry';
import { toAppError } from '@watchpost/shared/errors';
import { runService } from '@watchpost/shared/process/run-process';
import { checkPicture } from './check-picture.ts';
import { loadConfig } from './config.ts';
import { start } from './start.ts';

const [flag, picture] = process.argv.slice(2);
// `--check PICTURE`: the build of the image asks whether all is there that looking at pictures takes.
if (flag === '--check' && picture !== undefined) {
  try {
    console.log(await checkPicture(picture, process.env, new AbortController().signal));
  } catch (error) {
    const { code, message } = toAppError(error);
    console.error(`${code}: ${message}`);
    process.exitCode = 1;
  }
} else {
  await runService({
    name: 'worker',
    env: process.env,
    loadConfig,
    start: async (config, log, lifecycle, env) => start(config, log, lifecycle, { env }),
  });
}
