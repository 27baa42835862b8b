import { createServer } from 'node:http';
import { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { renderPage, type PageMessage } from './page-html.ts';

export interface ChannelsPageOptions {
  port: number;
  apiUrl: string;
  /** A token that may read the channels and their files. */
  token: string;
  /** How to call the command line. */
  command: string;
  /** One column each, from left to right. */
  channels: { id: string; name: string; title: string }[];
}

const fileSchema = z.object({
  id: z.string(),
  name: z.string().default(''),
  mimetype: z.string().default(''),
  url_private: z.string().optional(),
});
const messageSchema = z.object({
  ts: z.string(),
  user: z.string().default(''),
  username: z.string().optional(),
  subtype: z.string().optional(),
  text: z.string().default(''),
  files: z.array(fileSchema).default([]),
});
const maxMessages = 40;

/** Serves a page that shows channels of the emulated Slack with their pictures, which emulate's own page leaves out. */
export async function serveChannelsPage({
  port,
  apiUrl,
  token,
  command,
  channels,
}: ChannelsPageOptions): Promise<{ url: string; close(): Promise<void> }> {
  const client = new WebClient(token, { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });
  const names = new Map<string, string>();

  const authorOf = async ({ username, user }: z.output<typeof messageSchema>): Promise<string> => {
    if (username !== undefined) return username;
    const known = names.get(user);
    if (known !== undefined) return known;
    const info = await client.users.info({ user }).catch(() => undefined);
    const name = info?.user?.real_name ?? info?.user?.name ?? user;
    names.set(user, name);
    return name;
  };

  const read = async (channel: string): Promise<PageMessage[]> => {
    const { messages = [] } = await client.conversations.history({ channel, limit: maxMessages });
    const shown = z
      .array(messageSchema)
      .parse(messages)
      .filter(({ subtype }) => subtype === undefined || /^(?:file_share|bot_message)$/.test(subtype));
    return Promise.all(
      shown.map(async (message) => ({
        id: message.ts,
        author: await authorOf(message),
        at: new Date(Number(message.ts) * 1_000),
        text: message.text,
        pictures: message.files
          .filter(({ mimetype }) => mimetype.startsWith('image/'))
          .map(({ id, name }) => ({ path: `/picture/${encodeURIComponent(id)}`, name })),
      })),
    );
  };

  const picture = async (id: string): Promise<{ type: string; body: Buffer }> => {
    const file = fileSchema.parse((await client.files.info({ file: id })).file);
    const response = await fetch(file.url_private ?? '', { headers: { authorization: `Bearer ${token}` } });
    return { type: file.mimetype, body: Buffer.from(await response.arrayBuffer()) };
  };

  const answer = async (path: string): Promise<{ type: string; body: string | Buffer; cache: string }> => {
    const id = /^\/picture\/([A-Z0-9]+)$/.exec(path)?.[1];
    if (id !== undefined) return { ...(await picture(id)), cache: 'max-age=86400' };
    const columns = await Promise.all(channels.map(async ({ id, name, title }) => ({ name, title, messages: await read(id) })));
    return { type: 'text/html; charset=utf-8', body: renderPage(columns, command), cache: 'no-store' };
  };

  const server = createServer((request, response) => {
    answer(new URL(request.url ?? '/', 'http://localhost').pathname).then(
      ({ type, body, cache }) => response.writeHead(200, { 'content-type': type, 'cache-control': cache }).end(body),
      () => response.writeHead(502, { 'content-type': 'text/plain' }).end('the emulated Slack did not answer'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
