import { createServer, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

const value = z.looseObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  boolValue: z.boolean().optional(),
});
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((all) =>
    Object.fromEntries(all.map((each) => [each.key, each.value.stringValue ?? each.value.intValue ?? each.value.boolValue])),
  );
const spanSchema = z.looseObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes,
  status: z.looseObject({ code: z.number().optional() }).default({}),
});
const requestSchema = z.object({
  resourceSpans: z.array(
    z.looseObject({ resource: z.looseObject({ attributes }), scopeSpans: z.array(z.looseObject({ spans: z.array(spanSchema) })) }),
  ),
});

export type CollectedSpan = z.infer<typeof spanSchema> & { process: string };

/** A collector of traces over OTLP/HTTP. */
export interface Collector {
  url: string;
  spans: CollectedSpan[];
  /** Everything that was sent, as it came. */
  bodies: string[];
  headers: Record<string, string | string[] | undefined>[];
  /** Answers otherwise than a collector does. */
  misbehave: ((response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

/** Takes what is JSON in OTLP's form, and refuses anything else. */
export async function startCollector(): Promise<Collector> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (collector.misbehave) return collector.misbehave(response);
      const body = Buffer.concat(chunks).toString();
      collector.bodies.push(body);
      collector.headers.push(request.headers);
      const parsed = requestSchema.safeParse(request.url === '/v1/traces' ? JSON.parse(body) : null);
      if (!parsed.success) return void response.writeHead(400).end();
      for (const { resource, scopeSpans } of parsed.data.resourceSpans) {
        for (const { spans } of scopeSpans)
          collector.spans.push(...spans.map((span) => ({ ...span, process: String(resource.attributes['service.name']) })));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const collector: Collector = {
    url: `http://127.0.0.1:${String(port)}`,
    spans: [],
    bodies: [],
    headers: [],
    misbehave: null,
    close: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return collector;
}
