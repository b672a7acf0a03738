import { describe, expect, test } from 'vitest'
import { telemetrySettings } from './settings.ts'

describe('telemetry settings', () => {
  test('nothing is sent unless a collector is named, nor where it is switched off', () => {
    expect(telemetrySettings({})).toBeUndefined()
    expect(telemetrySettings({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toBeUndefined()
    const disabled = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'TRUE' }
    expect(telemetrySettings(disabled)).toBeUndefined()
  })

  test('one address serves both, under their paths; an address of its own is taken as it stands', () => {
    const settings = telemetrySettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/figures',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20eDp5, x-team = a',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      OTEL_SERVICE_NAME: 'voice',
    })
    const headers = { authorization: 'Basic eDp5', 'x-team': 'a' }
    expect(settings).toEqual({
      traces: { url: 'http://127.0.0.1:4318/v1/traces', headers, timeoutMillis: 2_500 },
      metrics: { url: 'http://127.0.0.1:9/figures', headers, timeoutMillis: 2_500 },
      service: 'voice',
      attributes: { 'deployment.environment': 'test' },
      interval: 60_000,
    })
    const tracesOnly = telemetrySettings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/t' })
    expect([tracesOnly?.traces?.url, tracesOnly?.metrics]).toEqual(['http://127.0.0.1:9/t', undefined])
  })

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0'],
  ])('%s = %s is refused by name and value', (name, value) => {
    const values = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', [name]: value }
    expect(() => telemetrySettings(values)).toThrow(`${name} is "${value}"`)
  })

  test.each(['secret-token', 'a=%E0%A4%A'])('headers like %s are refused without being shown', (value) => {
    const values = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_EXPORTER_OTLP_HEADERS: value }
    expect(() => telemetrySettings(values)).toThrow(/^OTEL_EXPORTER_OTLP_HEADERS: (?!.*secret)/)
  })
})
