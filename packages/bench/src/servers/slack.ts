import { once } from 'node:events';
import { createServer } from 'node:http';

/** As much of Slack as ingest asks for when it starts. `url` is that of the Web API. */
export async function startSlack(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"user_id":"U0WATCH","bot_id":"B0WATCH"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/api/`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
