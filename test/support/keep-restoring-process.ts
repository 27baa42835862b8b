import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { openIt } from './keep-database.ts';
import { never } from './each-store.ts';

/** `URL FILE`: restores a file, and says when it has begun. For a test that kills it. */
const [, , url = '', file = ''] = process.argv;
const database = await openIt(url.startsWith('mongodb') ? { MONGO_CONNECTION_STRING: url } : { POSTGRES_URL: url });
process.stdout.write('begun\n');
await restoreArchive(database, file, { replace: true }, never);
await database.close();
