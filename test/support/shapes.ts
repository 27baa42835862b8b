import { type GalleryBackend, oneOfEachBackend } from './gallery-backends.ts';
import { type QueueBackend, queueBackends } from './queue-backends.ts';

/** The two shapes that operators run: MongoDB with Redis, and PostgreSQL for both. */
export const shapes: { backend: GalleryBackend; queue: QueueBackend }[] = oneOfEachBackend.map((backend) => {
  const name = backend.name.startsWith('MongoDB') ? 'Redis' : 'PostgreSQL';
  return { backend, queue: queueBackends.find((each) => each.name === name)! };
});
