/** The tools every agent is offered by the engine: what a model is told about them. */
import type { Direction } from '../spec/call.ts'
import type { Tool } from '../spec/speech.ts'

/** These end the agent's part in the call: they wait until its last words were heard, and nothing follows when they succeed. */
export const lastTools: ReadonlySet<string> = new Set(['hang_up', 'transfer_call', 'voicemail_reached'])

export const engineTools: readonly Tool[] = [
  {
    name: 'hang_up',
    description:
      'Ends the call. Say goodbye first, in the same reply: the call ends once the caller has heard it. Use it when the caller is done or says goodbye.',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
  },
  {
    name: 'transfer_call',
    description:
      'Connects the caller to somebody else and leaves the call. Say that you are connecting them first, in the same reply.',
    parameters: {
      type: 'object',
      properties: {
        to: { type: 'string', description: 'Phone number with country code (+14155550100), or a SIP address.' },
        message: { type: 'string', description: 'Why the caller is transferred, in one sentence.' },
      },
      required: ['to'],
      additionalProperties: false,
    },
  },
  {
    name: 'send_digits',
    description: 'Presses keys on the phone keypad, to get through the menu of the other side.',
    parameters: {
      type: 'object',
      properties: {
        digits: { type: 'string', pattern: '^[0-9*#A-Dw]+$', description: 'Keys in order; w waits half a second.' },
      },
      required: ['digits'],
      additionalProperties: false,
    },
  },
]

const voicemailTool: Tool = {
  name: 'voicemail_reached',
  description:
    'Tells that a machine answered: a voicemail greeting, "leave a message after the tone". Say nothing to it: the message is left for you, and the call ends. Never for a person, nor for a menu that wants keys.',
  parameters: {
    type: 'object',
    properties: {
      message: { type: 'string', description: 'What to leave on the machine. Empty: nothing, the call just ends.' },
    },
    additionalProperties: false,
  },
}

/** Only who is called may turn out to be a machine. */
export function toolsFor({ direction }: { readonly direction: Direction }): readonly Tool[] {
  return direction === 'outbound' ? [...engineTools, voicemailTool] : engineTools
}

/** Names that tools of the user's may not have. */
export const takenNames: ReadonlySet<string> = new Set([...engineTools, voicemailTool].map(({ name }) => name))
