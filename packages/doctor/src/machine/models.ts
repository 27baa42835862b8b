import { access, constants } from 'node:fs/promises';
import { modelFiles, probeModelCache } from '@watchpost/see/files/model-files';
import { readEmbeddingModel } from '@watchpost/see/models/embedding-model';
import type { DoctorConfig } from '../config.ts';
import type { Check } from '../finding.ts';

/** The files of the models, and the folder where they are cached. */
export function modelChecks({ machine }: DoctorConfig): Check[] {
  if (!machine) return [];
  const checks: Check[] = [
    {
      id: 'models.files',
      repair: 'install the packages again (npm ci), or build the image again',
      examine: async (report) => {
        const files = modelFiles();
        for (const file of files) await access(file, constants.R_OK);
        report.ok('models.files', `all ${String(files.length)} files of the models can be read`);
      },
    },
    {
      id: 'models.cache',
      repair: 'let MODEL_CACHE_DIR name a folder that this user can write to',
      examine: async (report) => {
        const { folder, fault } = await probeModelCache(machine.MODEL_CACHE_DIR);
        if (fault === null) report.ok('models.cache', `prepared models are kept in ${folder}`);
        else
          report.warning(
            'models.cache',
            `${folder} cannot be written to (${fault}): unless the models are there already, each start prepares them again, some seconds long`,
            'let MODEL_CACHE_DIR name a folder that this user can write to',
          );
      },
    },
  ];
  const { EMBEDDING_MODEL: own } = machine;
  if (own === undefined) return checks;
  const id = 'models.embedding';
  return [
    ...checks,
    {
      id,
      repair: 'correct the file that EMBEDDING_MODEL names: docs/guides/adding-a-model.md',
      examine: async (report) => {
        await readEmbeddingModel(own);
        report.ok(id, `${own} describes an embedding model`);
      },
    },
  ];
}
