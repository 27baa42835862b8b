import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export interface SignedS3 {
  url: string;
  /** By path. */
  objects: Map<string, { bytes: Buffer; type: string }>;
  /** What it answers to requests that are signed well; undefined: it does what was asked. */
  answers: { status: number; body?: string } | undefined;
  close: () => Promise<void>;
}

/** A store that checks AWS signature version 4 as AWS documents it, which test servers for S3 do not. */
export async function startSignedS3({ accessKeyId, secret }: { accessKeyId: string; secret: string }): Promise<SignedS3> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((bytes) => {
      const error = (status: number, code: string) => response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
      if (faultOf(request, bytes, accessKeyId, secret)) return error(403, 'SignatureDoesNotMatch');
      if (store.answers) return response.writeHead(store.answers.status).end(store.answers.body ?? '');
      const key = request.url ?? '';
      if (request.method === 'PUT') store.objects.set(key, { bytes, type: request.headers['content-type'] ?? '' });
      if (request.method === 'DELETE' && !store.objects.delete(key)) return error(404, 'NoSuchKey');
      return response.writeHead(200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const store: SignedS3 = {
    url: `http://127.0.0.1:${String(port)}`,
    objects: new Map(),
    answers: undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return store;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

function faultOf(request: IncomingMessage, body: Buffer, accessKeyId: string, secret: string): boolean {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
    request.headers.authorization ?? '',
  );
  const [, id = '', day = '', region = '', signed = '', signature = ''] = parts ?? [];
  const header = (name: string): string => String(request.headers[name] ?? '').trim();
  const stated = header('x-amz-content-sha256');
  if (id !== accessKeyId || (stated !== sha256(body) && stated !== 'UNSIGNED-PAYLOAD')) return true;
  const names = signed.split(';');
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://store');
  const canonical = [
    request.method,
    pathname,
    [...searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'),
    ...names.map((name) => `${name}:${header(name)}`),
    '',
    signed,
    stated,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', header('x-amz-date'), `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>((made, part) => hmac(made, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex') !== signature;
}
