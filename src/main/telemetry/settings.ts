/** What the standard OTEL_* variables ask for (OpenTelemetry specification, "OTLP Exporter" and "SDK Environment Variables"). */
import { OffhookError } from '../../spec/errors.ts'

type Values = Readonly<Record<string, string | undefined>>

export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Longest wait for the collector, ms. */
  readonly timeoutMillis: number
}

export interface TelemetrySettings {
  readonly traces: Target | undefined
  readonly metrics: Target | undefined
  readonly service: string
  readonly attributes: Readonly<Record<string, string>>
  /** Between two exports of metrics, ms. */
  readonly interval: number
}

/** The variables read here, for the documentation. */
export const telemetryVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT:
    'Collector that traces and metrics are sent to (OTLP over HTTP, protobuf); without it nothing is sent',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'The same for traces alone, with its whole path',
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'The same for metrics alone, with its whole path',
  OTEL_EXPORTER_OTLP_HEADERS: 'Headers for the collector: name=value, comma-separated, values percent-encoded',
  OTEL_EXPORTER_OTLP_TIMEOUT: 'Longest wait for the collector, ms; default 10000',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf is the only one spoken',
  OTEL_METRIC_EXPORT_INTERVAL: 'Between two exports of metrics, ms; default 60000',
  OTEL_SERVICE_NAME: 'Default: offhook',
  OTEL_RESOURCE_ATTRIBUTES: 'More about this process: name=value, comma-separated',
  OTEL_SDK_DISABLED: 'true: nothing is sent',
} as const

type Name = keyof typeof telemetryVariables

/** Undefined when nothing is to be sent. Throws `settings.invalid`, naming the variable. */
export function telemetrySettings(values: Values): TelemetrySettings | undefined {
  const read = (name: Name): string | undefined => values[name]?.trim() || undefined
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  const base = read('OTEL_EXPORTER_OTLP_ENDPOINT')
  const endpoint = (name: Name, path: string): string | undefined => {
    const own = read(name)
    if (own !== undefined) return url(name, own)
    return base === undefined ? undefined : `${url('OTEL_EXPORTER_OTLP_ENDPOINT', base).replace(/\/$/, '')}/${path}`
  }
  const traces = endpoint('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'v1/traces')
  const metrics = endpoint('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'v1/metrics')
  if (traces === undefined && metrics === undefined) return undefined
  const protocol = read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf'
  if (protocol !== 'http/protobuf')
    throw wrong(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      protocol,
      'only http/protobuf is spoken here: point it at the collector’s HTTP port',
    )
  const headers = pairs('OTEL_EXPORTER_OTLP_HEADERS', read('OTEL_EXPORTER_OTLP_HEADERS'))
  const timeoutMillis = milliseconds('OTEL_EXPORTER_OTLP_TIMEOUT', read('OTEL_EXPORTER_OTLP_TIMEOUT'), 10_000)
  const target = (at: string | undefined): Target | undefined =>
    at === undefined ? undefined : { url: at, headers, timeoutMillis }
  return {
    ...{ traces: target(traces), metrics: target(metrics) },
    service: read('OTEL_SERVICE_NAME') ?? 'offhook',
    attributes: pairs('OTEL_RESOURCE_ATTRIBUTES', read('OTEL_RESOURCE_ATTRIBUTES')),
    interval: milliseconds('OTEL_METRIC_EXPORT_INTERVAL', read('OTEL_METRIC_EXPORT_INTERVAL'), 60_000),
  }
}

function url(name: Name, text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw wrong(name, text, 'it is no http(s) address')
  return text
}

function milliseconds(name: Name, text: string | undefined, standard: number): number {
  if (text === undefined) return standard
  if (!/^[1-9]\d{0,8}$/.test(text)) throw wrong(name, text, 'it is no whole number of milliseconds')
  return Number(text)
}

/** Values may be secrets: a mistake names none of them. */
function pairs(name: Name, text = ''): Readonly<Record<string, string>> {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=')
      if (at < 1) throw new OffhookError('settings.invalid', `${name}: a part of it is not name=value`)
      return [part.slice(0, at).trim(), decoded(name, part.slice(at + 1).trim())]
    }),
  )
}

function decoded(name: Name, text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new OffhookError('settings.invalid', `${name}: a value of it is not percent-encoded as it should be`)
  }
}

function wrong(name: Name, value: string, why: string): OffhookError {
  return new OffhookError('settings.invalid', `${name} is "${value}": ${why}`)
}
