import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// The package exports neither its models nor its package.json, so its folder is found through its main file, dist/human.node.js.
const root = dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));

/** The path of a file in Human's package, such as a model. */
export const humanFile = (...path: string[]): string => join(root, ...path);

/** A picture of 108 faces in a grid of 6 rows and 18 columns: the first row shows one man, the rows from the third on show strangers. */
export const contactSheetFile = humanFile('assets', 'screenshot-facematch.jpg');

/** The grid of the contact sheet: the corner of the first cell, the way from cell to cell, and a cell's side. Pixels. */
export const contactSheetGrid = { left: 2, top: 282.5, stepX: 106.3, stepY: 112.5, side: 106 } as const;
