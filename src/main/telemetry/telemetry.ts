/** OpenTelemetry: a trace per call and the process's figures, sent to the user's collector. A reader of the journal; no call waits for it. */
import {
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/log.ts'
import { redactText } from '../../lib/redact.ts'
import type { Scope } from '../../lib/scope.ts'
import type { CallEvent } from '../../spec/event.ts'
import type { CallRecord, Store } from '../../store/contract.ts'
import { type CallSpan, spansOf } from './spans.ts'
import type { TelemetrySettings } from './settings.ts'

export interface TelemetryParts {
  readonly settings: TelemetrySettings
  readonly store: Pick<Store, 'journal' | 'calls'>
  readonly clock: Clock
  readonly logger: Logger
  /** What is not sent when it closes is sent then. */
  readonly scope: Scope
  readonly version: string
  running(): number
}

export interface Telemetry {
  count(name: string, labels?: Readonly<Record<string, string>>): void
}

/** What follows the end of a call in its journal comes within this time, ms; a call that nobody closes is told of then. */
const afterwards = 30_000
/** A closed call is told of this much later, ms: its end has been published by then, and the trace is the last of it. */
const published = 1_000

const library = 'offhook'

export function openTelemetry(parts: TelemetryParts): Telemetry {
  const { settings, version, logger } = parts
  // Its words may hold the collector's address with credentials: what went wrong is told, not where.
  const told = (message: string): void => logger.warn('telemetry: ' + redactText(message))
  const silent = (): void => undefined
  diag.setLogger({ error: told, warn: told, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN)
  const resource = resourceFromAttributes({
    ...{ 'service.name': settings.service, 'service.version': version },
    ...settings.attributes,
  })
  const metrics = settings.metrics && openMetrics(parts, settings.metrics, resource)
  if (settings.traces) openTraces(parts, settings.traces, resource)
  return { count: (name, labels) => metrics?.count(name, labels) }
}

type Resource = ReturnType<typeof resourceFromAttributes>
type Target = NonNullable<TelemetrySettings['traces']>

function openTraces({ store, clock, logger, scope }: TelemetryParts, target: Target, resource: Resource): void {
  const exporter = new OTLPTraceExporter({ ...target, headers: { ...target.headers } })
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] })
  const tracer = provider.getTracer(library)
  const under = new Set<Promise<void>>()
  const closings = new Map<string, AbortController>()
  const tell = async (call: string): Promise<void> => {
    const closing = new AbortController()
    closings.set(call, closing)
    // Cut short by the end of all that follows, and where the process ends: then what there is by now is told.
    await clock.sleep(afterwards, AbortSignal.any([scope.signal, closing.signal])).catch(() => undefined)
    await clock.sleep(published, scope.signal).catch(() => undefined)
    closings.delete(call)
    const found = await store.calls.find(call)
    if (found) record(tracer, spansOf(found, await store.journal.history(call)), kindOf(found), parentOf(found))
  }
  scope.defer(async () => {
    await Promise.allSettled(under)
    await provider.shutdown().catch((error: unknown) => logger.warn('the last traces were not sent', { error }))
  })
  scope.use(
    store.journal.watch(({ call, event }) => {
      if (event.type === 'call.closed') return closings.get(call)?.abort()
      if (event.type !== 'call.ended') return
      const telling = tell(call)
        .catch((error: unknown) => logger.warn('a call was not traced', { call, error }))
        .finally(() => under.delete(telling))
      under.add(telling)
    }),
  )
}

/** Children end before their parent: the call closes last. */
function record(tracer: Tracer, span: CallSpan, kind: SpanKind, parent: Context): void {
  const made = tracer.startSpan(span.name, { kind, startTime: span.start, attributes: span.attributes }, parent)
  for (const { name, at, attributes } of span.moments ?? []) made.addEvent(name, attributes, at)
  if (span.error !== undefined) made.setStatus({ code: SpanStatusCode.ERROR, message: span.error })
  for (const child of span.children) record(tracer, child, SpanKind.INTERNAL, trace.setSpan(parent, made))
  made.end(span.end)
}

function kindOf({ direction }: CallRecord): SpanKind {
  return direction === 'inbound' ? SpanKind.SERVER : SpanKind.CLIENT
}

/** Whoever placed the call may hand in their own trace: `traceparent` (W3C Trace Context) among its metadata. */
function parentOf({ metadata }: CallRecord): Context {
  const given = metadata['traceparent']
  const found = typeof given === 'string' ? /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(given) : null
  if (!found) return ROOT_CONTEXT
  const [, traceId, spanId] = found
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId: traceId!, spanId: spanId!, traceFlags: TraceFlags.SAMPLED, isRemote: true },
  })
}

function openMetrics(parts: TelemetryParts, target: Target, resource: Resource): Telemetry {
  const { settings, store, scope, logger, running } = parts
  const exporter = new OTLPMetricExporter({ ...target, headers: { ...target.headers } })
  const reader = new PeriodicExportingMetricReader({
    ...{ exporter, exportIntervalMillis: settings.interval },
    exportTimeoutMillis: Math.min(target.timeoutMillis, settings.interval),
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  const meter = provider.getMeter(library)
  meter.createObservableGauge('offhook.calls.running').addCallback((result) => result.observe(running()))
  const turns = meter.createHistogram('offhook.turn.duration', {
    ...{ unit: 'ms', description: 'From the end of the caller’s speech to each milestone of the turn' },
  })
  const counters = new Map<string, ReturnType<typeof meter.createCounter>>()
  const used = meter.createCounter('offhook.usage', {
    description: 'What the parts of agents used: tokens, characters, ms of audio, by `unit`',
  })
  scope.use(
    store.journal.watch(({ event }) => {
      measure(turns, event)
      if (event.type === 'usage.counted') countUse(used, event)
    }),
  )
  scope.defer(() =>
    provider.shutdown().catch((error: unknown) => logger.warn('the last figures were not sent', { error })),
  )
  return {
    count(name, labels) {
      const counter = counters.get(name) ?? meter.createCounter(`offhook.${name}`)
      counters.set(name, counter)
      counter.add(1, { ...labels })
    },
  }
}

function countUse(
  used: ReturnType<ReturnType<MeterProvider['getMeter']>['createCounter']>,
  { part, provider, model = '', usage }: CallEvent & { type: 'usage.counted' },
): void {
  for (const [unit, amount] of Object.entries(usage)) used.add(amount, { part, provider, model, unit })
}

function measure(turns: { record(value: number, attributes: { milestone: string }): void }, event: CallEvent): void {
  if (event.type !== 'turn.measured') return
  for (const [milestone, value] of Object.entries(event.timings)) turns.record(value, { milestone })
}
