import { Client } from 'pg';
import type { GalleryFeed } from '../../store.ts';
import { settings } from './connect.ts';
import { toGalleryError } from './errors.ts';
import { notifyChannel } from './schema.ts';

/** Reports changes through LISTEN, on a connection of its own. */
export function createPostgresFeed(url: string): GalleryFeed {
  const watch: GalleryFeed['watch'] = async (onChange, onEstablished, signal) => {
    const client = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'watchpost listen',
    });
    let stop: (error?: Error) => void = () => undefined;
    const over = new Promise<void>((resolve, reject) => {
      stop = (error) => (error ? reject(error) : resolve());
    });
    const onAbort = (): void => stop();
    client.on('error', (error) => stop(error));
    client.on('end', () => stop(new Error('the LISTEN connection was closed')));
    client.on('notification', ({ payload }) => onChange(payload === 'edited' ? 'edited' : 'changed'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) stop();
    try {
      await client.connect();
      await client.query(settings);
      await client.query(`LISTEN ${notifyChannel}`);
      onEstablished();
      await over;
    } catch (error) {
      throw toGalleryError(error);
    } finally {
      signal.removeEventListener('abort', onAbort);
      over.catch(() => undefined);
      await client.end().catch(() => undefined);
    }
  };
  return { kind: 'push', watch };
}
