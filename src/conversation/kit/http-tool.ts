/** A tool at a user's server: what it is sent, and what its answer means to the model. */
import type { Brief } from '../../spec/agent.ts'
import type { ToolCall } from '../../spec/speech.ts'
import type { ToolOutcome } from '../toolbox.ts'
import type { HttpTool } from './settings.ts'
import { askServer, type Question, type UsersServer } from './users-server.ts'

/** Whose call it is: every request says so. */
export type About = Pick<Brief, 'call' | 'direction' | 'from' | 'to' | 'variables' | 'metadata'>

/** Never rejects. Whatever the server does, the model gets something to speak about. */
export async function callHttpTool(
  tool: HttpTool,
  call: ToolCall,
  about: About,
  server: UsersServer,
): Promise<ToolOutcome> {
  const answer = await askServer(server, questionOf(tool, call, about))
  if (!answer.ok) return { ok: false, result: { error: `${tool.name} failed: ${answer.why}` } }
  return { ok: true, result: answer.value ?? 'done' }
}

function questionOf(tool: HttpTool, call: ToolCall, about: About): Question {
  const { method, headers, timeout, retry } = tool
  const inQuery = method === 'GET' || method === 'DELETE'
  return {
    ...{ method, headers, timeout, repeatable: retry },
    url: inQuery ? withQuery(tool.url, call.arguments, about.call) : tool.url,
    id: `${about.call}.${call.id}`,
    body: inQuery ? '' : JSON.stringify(bodyOf(tool, call, about)),
  }
}

function bodyOf({ name }: HttpTool, { id, arguments: given }: ToolCall, about: About) {
  const { call, direction, from, to, variables, metadata } = about
  return { tool: name, id, arguments: given, call: { id: call, direction, from, to, metadata }, variables }
}

/** Lists and objects are written as JSON. */
function withQuery(url: string, given: ToolCall['arguments'], call: string): string {
  const whole = new URL(url)
  for (const [name, value] of Object.entries(given))
    whole.searchParams.set(name, typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
  whole.searchParams.set('call', call)
  return whole.href
}
