import { parseEnv } from '@watchpost/shared/config/parse-env';
import { tracingEnv, tracingSettings } from '@watchpost/shared/config/tracing';
import { describe, expect, it } from 'vitest';

const settingsOf = (env: Record<string, string>) => tracingSettings(parseEnv(env, tracingEnv), 'ingest');
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

describe('the variables of OpenTelemetry', () => {
  it('trace nothing unless a collector is named', () => {
    expect(settingsOf({})).toBeNull();
    expect(settingsOf({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' })).toBeNull();
    expect(settingsOf({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeNull();
  });

  it('mean what the specification says', () => {
    expect(settingsOf(endpoint)).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      timeoutMs: 10_000,
      service: 'watchpost-ingest',
      attributes: { 'watchpost.process': 'ingest' },
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
    expect(
      settingsOf({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/prefix',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%3Db, x-scope = one',
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=cameras,deployment.environment.name=home',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }),
    ).toEqual({
      url: 'https://collector.example/prefix/v1/traces',
      headers: { authorization: 'Bearer a=b', 'x-scope': 'one' },
      timeoutMs: 500,
      service: 'cameras',
      attributes: { 'deployment.environment.name': 'home', 'watchpost.process': 'ingest' },
      sampler: 'parentbased_traceidratio',
      ratio: 0.25,
    });
    expect(settingsOf({ ...endpoint, OTEL_SERVICE_NAME: 'mine', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' })?.service).toBe('mine');
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT: must be an http:// or https:// URL'],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL: must be http/json: collectors take it on the port of http/protobuf',
    ],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization' },
      'OTEL_EXPORTER_OTLP_HEADERS: must be key=value,key=value with percent-encoded values',
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' }, 'OTEL_EXPORTER_OTLP_HEADERS: must be key=value,key=value with percent-encoded values'],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /^OTEL_TRACES_SAMPLER: must be one of always_on, /],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG: must be at most 1'],
    [{ OTEL_SDK_DISABLED: 'yes' }, 'OTEL_SDK_DISABLED: must be true or false'],
  ])('are refused where nobody could follow them: %j', (env, message) => {
    expect(() => settingsOf({ ...endpoint, ...env })).toThrow(message);
  });
});
