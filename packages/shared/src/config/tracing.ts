import { z } from 'zod';
import { wholeNumber, type ConfigOf } from './parse-env.ts';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** As the specification writes headers and attributes: `key=value,key=value`, percent-encoded. */
const pairs = z.string().transform((text, context) => {
  const found: Record<string, string> = {};
  for (const pair of text.split(',').filter((each) => each.trim())) {
    const [, key = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair) ?? [];
    const decoded = decode(value.trim());
    if (key === '' || decoded === null) {
      context.addIssue({ code: 'custom', message: 'must be key=value,key=value with percent-encoded values' });
      return z.NEVER;
    }
    found[key] = decoded;
  }
  return found;
});

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Variables of the OpenTelemetry specification, as it names them: those that we read. */
export const tracingEnv = {
  /** Where traces go, without `/v1/traces`. Nothing is traced without it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.default({}),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(['http/json'], 'must be http/json: collectors take it on the port of http/protobuf').optional(),
  /** For one request to the collector. Milliseconds. */
  OTEL_EXPORTER_OTLP_TIMEOUT: wholeNumber(1, 60_000).default(10_000),
  OTEL_SERVICE_NAME: z.string().trim().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs.default({}),
  OTEL_TRACES_SAMPLER: z.enum(samplers, `must be one of ${samplers.join(', ')}`).default('parentbased_always_on'),
  /** For `traceidratio` and `parentbased_traceidratio`: the share that is traced. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number('must be a number from 0 to 1')
    .min(0, 'must be at least 0')
    .max(1, 'must be at most 1')
    .default(1),
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'must be true or false').default('false'),
};
export type TracingConfig = ConfigOf<typeof tracingEnv>;

/** Where and what to trace. */
export interface TracingSettings {
  /** Of the collector, with the path. */
  url: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  service: string;
  /** What else each span says of the process. */
  attributes: Readonly<Record<string, string>>;
  sampler: (typeof samplers)[number];
  /** 0 to 1. */
  ratio: number;
}

/** Null: nothing is traced. `name`: of the process. Pure. */
export function tracingSettings(config: TracingConfig, name: string): TracingSettings | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: disabled } = config;
  if (endpoint === undefined || disabled === 'true') return null;
  const { 'service.name': named, ...attributes } = config.OTEL_RESOURCE_ATTRIBUTES;
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS,
    timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
    service: config.OTEL_SERVICE_NAME ?? named ?? `watchpost-${name}`,
    attributes: { ...attributes, 'watchpost.process': name },
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  };
}
