/** Any chat server that speaks OpenAI's Chat Completions. */
import { z } from 'zod'
import { backoff } from '../../../lib/backoff.ts'
import { retryAfter } from '../../../lib/http/retry.ts'
import { parseJson } from '../../../lib/json.ts'
import { type ErrorCode, OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'
import type { ModelSpec, PartHost } from '../../../spec/speech.ts'
import { messageOf, readReply } from './chunks.ts'
import { toFunctions, toMessages } from './messages.ts'

const settings = z.object({
  url: field(z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'), {
    title: 'Base address',
    description: 'Usually ends in /v1.',
    examples: ['http://localhost:11434/v1', 'https://api.openai.com/v1', 'https://api.groq.com/openai/v1'],
  }),
  model: field(z.string().min(1).max(200), { title: 'Model', examples: ['gpt-4.1-mini', 'llama3.2'] }),
  key: field(z.string().max(500).default(''), {
    title: 'API key',
    description: 'Empty for servers that need none.',
    secret: true,
    env: 'OPENAI_API_KEY',
  }),
  temperature: field(z.number().min(0).max(2).optional(), {
    title: 'Temperature',
    description: 'Empty: the model’s own. Reasoning models refuse it.',
  }),
})

type Config = z.output<typeof settings>

export const openaiCompatible: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'openai-compatible',
  label: 'OpenAI-compatible chat',
  about: 'Any server with /chat/completions: OpenAI, Groq, Mistral, DeepSeek, Ollama, vLLM, llama.cpp and others.',
  settings,
  checklist: [
    'OpenAI: platform.openai.com, API keys, Create new secret key.',
    'Ollama: run "ollama serve", pull a model, use http://localhost:11434/v1 and no key.',
  ],
  open(config, host) {
    return {
      async *reply(history, tools, signal) {
        const body = JSON.stringify({
          model: config.model,
          messages: toMessages(history),
          stream: true,
          stream_options: { include_usage: true },
          ...(tools.length > 0 && { tools: toFunctions(tools) }),
          ...(config.temperature !== undefined && { temperature: config.temperature }),
        })
        yield* readReply(fromVendor(await ask(config, host, body, signal)), host.ids)
      },
      async [Symbol.asyncDispose]() {
        // Every reply is a request of its own: nothing stays open.
      },
    }
  },
}

/** A caller waits: after this many attempts, and longer waits than this, the apology comes sooner than the answer. */
const attempts = 3
const longestWait = 3_000
/** To the first byte, ms. */
const timeout = 12_000

/** The body of the first answer that is one. Rejects with `vendor.*` or `settings.invalid`. */
async function ask(
  config: Config,
  host: PartHost,
  body: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const url = `${config.url.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')}/chat/completions`
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    ...(config.key && { authorization: `Bearer ${config.key}` }),
  }
  for (let attempt = 1; ; attempt++) {
    const response = await host.stream({ method: 'POST', url, headers, body, timeout, signal }).catch(asVendor)
    if (response.status < 300) return response.body
    const said = await beginning(response.body)
    if (!isBusy(response.status) || attempt === attempts) throw refused(response.status, said, config)
    const asked = retryAfter(response.headers['retry-after'], host.clock.now())
    if (asked !== undefined && asked > longestWait) throw refused(response.status, said, config)
    await host.clock.sleep(asked ?? backoff(attempt, host.ids, { base: 500, max: longestWait }), signal)
  }
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503
}

/** The engine's HTTP knows carriers; here the other side is a vendor. */
function asVendor(error: unknown): never {
  if (!(error instanceof OffhookError)) throw error
  if (error.code === 'carrier.timeout') throw new OffhookError('vendor.timeout', error.message, { cause: error })
  if (error.code === 'carrier.failed') throw new OffhookError('vendor.failed', error.message, { cause: error })
  throw error
}

/** What breaks off in the middle is the vendor's too. */
async function* fromVendor(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    asVendor(error)
  }
}

function refused(status: number, said: string | undefined, { url, model, key }: Config): OffhookError {
  const words = key ? said?.replaceAll(key, '…') : said
  const message = `the chat server ${new URL(url).host} answered HTTP ${status}${words ? ` (${words})` : ''}`
  const [code, advice] = explain(status, model)
  return new OffhookError(code, `${message}: ${advice}`, { details: { status } })
}

function explain(status: number, model: string): readonly [ErrorCode, string] {
  if (status === 401 || status === 403) return ['vendor.credentials', 'check the API key and what it may use']
  if (status === 429) return ['vendor.failed', 'its rate limit or quota is used up; wait, or raise it there']
  if (status === 408 || status >= 500) return ['vendor.failed', 'it has trouble of its own; try again later']
  return ['settings.invalid', `check the address and the model name "${model}"`]
}

const enough = 4096

/** What an error body says, if it says something. */
async function beginning(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= enough) break
  }
  try {
    return messageOf(parseJson(Buffer.concat(chunks)))
  } catch {
    // A page of some proxy, not the server's words.
    return undefined
  }
}
