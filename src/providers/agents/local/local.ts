/** A receptionist that needs nothing but this machine; any chat server can take the place of its script. */
import { z } from 'zod'
import type { AgentSpec } from '../../../spec/agent.ts'
import { field } from '../../../spec/provider.ts'

const scripted = { field: 'chatUrl', is: [''] } as const

const settings = z
  .object({
    voice: field(z.enum(['rms', 'slt', 'awb', 'kal16']).default('rms'), {
      title: 'Voice',
      description: 'rms: a man, the clearest on the telephone; slt: a woman; awb: a Scot; kal16: old and quick.',
    }),
    business: field(z.string().min(1).max(100).default('the Blue Door'), {
      title: 'Name of the house',
      description: 'As the receptionist says it.',
    }),
    greeting: field(z.string().max(2000).default('Hello, thank you for calling. How can I help you?'), {
      title: 'Greeting',
      description: "First words; {name} is filled from the call's variables. Empty: the receptionist waits.",
    }),
    departments: field(z.string().max(2000).default('a person'), {
      title: 'Put through to',
      description: 'One a line, "sales: +12125550101"; the first is for anybody who asks for a person.',
      multiline: true,
      when: scripted,
    }),
    chatUrl: field(z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''), {
      title: 'Chat server',
      description: 'Base address of an OpenAI-compatible server. Empty: the built-in script answers.',
      examples: ['http://localhost:11434/v1', 'https://api.openai.com/v1', 'https://api.groq.com/openai/v1'],
    }),
    chatModel: field(z.string().max(200).default(''), { title: 'Chat model', examples: ['llama3.2', 'gpt-4.1-mini'] }),
    chatKey: field(z.string().max(500).default(''), {
      title: 'Chat key',
      description: 'Empty for servers that need none.',
      secret: true,
    }),
    prompt: field(
      z
        .string()
        .max(20_000)
        .default(
          'You are the receptionist of {business}, on the telephone. Answer in one or two short spoken sentences, without lists or markup. Use the tools to hang up or to transfer the call.',
        ),
      {
        title: 'Prompt',
        description: "For the chat server; {business} and the call's variables are filled in.",
        multiline: true,
      },
    ),
  })
  .refine(({ chatUrl, chatModel }) => chatUrl === '' || chatModel !== '', {
    message: 'A chat server needs the name of its model, e.g. llama3.2',
    path: ['chatModel'],
  })

export const local: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'local',
  label: 'Local receptionist',
  about:
    'Understands and speaks English on this machine: books tables, transfers, takes keypad digits. No account, no key.',
  settings,
  checklist: [
    'Nothing is needed to try it: call it and ask for a table.',
    'To let a chat model answer instead: run one (for example "ollama serve"), enter its address ending in /v1, and the name of the model.',
  ],
  body: {
    by: 'pipeline',
    plan({ voice, business, departments, chatUrl, chatModel, chatKey, prompt }) {
      const chat = { provider: 'openai-compatible', settings: { url: chatUrl, model: chatModel, key: chatKey } }
      const script = { provider: 'scripted', settings: { business, departments } }
      return {
        recogniser: { provider: 'local', settings: {} },
        model: chatUrl ? chat : script,
        speaker: { provider: 'local', settings: { voice } },
        prompt: prompt.replaceAll('{business}', business),
      }
    },
  },
}
