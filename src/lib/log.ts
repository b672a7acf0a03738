/** Logging: structured lines through pino, with secrets hidden before a line exists. */
import { pino } from 'pino'
import type { Clock } from './clock.ts'
import { realClock } from './clock.ts'
import { prettyLine } from './pretty.ts'
import { redactFields, redactText, secretHider } from './redact.ts'

export type Fields = Readonly<Record<string, unknown>>
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
  /** A logger that adds `fields` to every line. */
  child(fields: Fields): Logger
}

export interface LogOptions {
  /** Lines below it are not made. Default 'info'. */
  readonly level?: LogLevel | 'silent'
  /** `json`: one object a line. `pretty`: for people at a terminal. Default 'json'. */
  readonly format?: 'json' | 'pretty'
  /** Values hidden wherever they occur, beside what names and shapes give away. */
  readonly secrets?: Iterable<string>
  /** Shorten phone numbers in fields named for them (`from`, `to`, `number` …). Default false. */
  readonly shortPhones?: boolean
  /** Default: standard output, written without blocking. */
  readonly destination?: { write(line: string): unknown }
  /** ANSI colours in the pretty format. Default false. */
  readonly colour?: boolean
  readonly clock?: Clock
}

/** A logger with a destination of its own. `flush` writes what is still in memory: call it before the process exits. */
export interface RootLogger extends Logger {
  flush(): void
}

export function createLogger(options: LogOptions = {}): RootLogger {
  const { level = 'info', format = 'json', clock = realClock, shortPhones = false, colour = false } = options
  const stdout = options.destination ? undefined : pino.destination({ fd: 1, sync: false })
  const out = options.destination ?? stdout!
  const hide = secretHider(options.secrets ?? [])
  const toLine = format === 'pretty' ? (line: string) => prettyLine(line, colour) : (line: string) => line
  const root = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void out.write(hide(toLine(line))) },
  )
  return { ...wrap(root, { phones: shortPhones }), flush: () => stdout?.flushSync() }
}

function wrap(inner: pino.Logger, options: { readonly phones: boolean }): Logger {
  const clean = (fields: Fields) => Object(redactFields(fields, options))
  const at = (level: LogLevel) => (message: string, fields?: Fields) => {
    if (inner.isLevelEnabled(level)) inner[level](fields ? clean(fields) : {}, redactText(message))
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(inner.child(clean(fields)), options),
  }
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
}

export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Fields
}

/** Keeps its lines, redacted as the real one would: for tests. */
export function memoryLogger(options: { readonly shortPhones?: boolean } = {}): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  return { ...remember(lines, {}, { phones: options.shortPhones ?? false }), lines }
}

function remember(lines: LogLine[], bound: Fields, options: { readonly phones: boolean }): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({
        level,
        message: redactText(message),
        fields: Object(redactFields({ ...bound, ...fields }, options)),
      })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => remember(lines, { ...bound, ...fields }, options),
  }
}
