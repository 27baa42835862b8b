/** What may stand in a span: references, counts, outcomes. Never what people write, their names, or a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span that is under way. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** Marks it as failed. `code`: an error code of ours, not a message. */
  fail(code: string): void;
}

export interface SpanOptions {
  /** What it is for the trace: a request that came in, a job that is queued or taken, a call that goes out. Default: work of our own. */
  kind?: 'server' | 'producer' | 'consumer' | 'client';
  attributes?: SpanAttributes;
  /** The span that it follows from, in another process (W3C traceparent). Default: the one that runs here; a new trace where none does. */
  parent?: string | null;
  /** No span of its own where none runs here. */
  onlyInside?: boolean;
}

/** What one event set off, across processes. Off unless it is configured, and then only work is done and nothing else. */
export interface Tracer {
  /** Runs `work` in a span, which ends with it; fails with the code of an AppError that it throws. Resolves and rejects as `work` does. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** The span that runs here, for whoever goes on elsewhere (W3C traceparent); null: there is none. */
  traceparent(): string | null;
  /** Sends what has not been sent, for some seconds at most. Never rejects. */
  close(): Promise<void>;
}

const noSpan: Span = { set: () => undefined, fail: () => undefined };

/** Traces nothing. */
export const noTracer: Tracer = {
  span: async (_name, _options, work) => work(noSpan),
  traceparent: () => null,
  close: async () => undefined,
};
