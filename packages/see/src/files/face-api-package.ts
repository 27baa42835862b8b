import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// As Human's package, this one exports neither its models nor its package.json.
const root = dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/dist/face-api.esm.js')));

/** The path of a file in face-api's package, such as a model. */
export const faceApiFile = (...path: string[]): string => join(root, ...path);
