import path from 'node:path';

/** Where the demonstration has its feeds. */
export const feedsFileIn = (folder: string): string => path.join(folder, 'feeds.yaml');
