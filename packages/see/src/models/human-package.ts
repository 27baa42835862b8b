import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// The package's exports name no models and no package.json, so its place is found through its main file, dist/human.node.js.
const root = dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));

/** Where a file of Human's package is: its models, and the contact sheet among its assets. */
export const humanFile = (...path: string[]): string => join(root, ...path);
