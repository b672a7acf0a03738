/** Settings of the talk itself, the same for every agent: they stand in an agent's settings beside its provider's own. */
import { z } from 'zod'
import type { AgentSpec } from '../spec/agent.ts'
import { field } from '../spec/provider.ts'
import { conversationDefaults, type ConversationSettings } from './contract.ts'
import { kitFields } from './kit/settings.ts'

const milliseconds = z.number().int().min(0).max(3_600_000)

const group = 'Turns, silence and mistakes'
const keypad = 'Keypad'

const talkFields = {
  greeting: field(z.string().max(2_000).optional(), {
    title: 'Greeting',
    description:
      "First words of the agent; {name} is filled from the call's variables. Empty: the agent waits for the caller.",
  }),
  greetingInterruptible: field(z.boolean().default(conversationDefaults.greetingInterruptible), {
    title: 'Greeting may be interrupted',
    group,
  }),
  interruptible: field(z.boolean().default(conversationDefaults.interruptible), {
    title: 'The caller may talk over the agent',
    group,
  }),
  bargeInAfter: field(milliseconds.max(5_000).default(conversationDefaults.bargeInAfter), {
    title: 'Interrupt after (ms)',
    group,
    description:
      'Speech over the agent that stops it. Shorter sounds such as "mm-hm" let it go on, unless it asked something. 0: any speech stops it at once.',
    when: { field: 'interruptible', is: [true] },
  }),
  bargeInPause: field(z.boolean().default(conversationDefaults.bargeInPause), {
    title: 'Fall silent at once',
    group,
    description:
      'As soon as the caller makes a sound the agent is silent; after a mere "mm-hm" it goes on at the very place. Off: it talks on until it is interrupted.',
    when: { field: 'interruptible', is: [true] },
  }),
  backchannels: field(
    z
      .array(z.string().min(1).max(50))
      .max(100)
      .default([...conversationDefaults.backchannels]),
    {
      title: 'Words of a listener',
      group,
      description:
        'Said over the agent, these let it go on too, where words are known in time ("mm-hm", "okay" and the like are).',
      when: { field: 'interruptible', is: [true] },
    },
  ),
  echoGuard: field(z.boolean().default(conversationDefaults.echoGuard), {
    title: 'Echo guard',
    group,
    description: "The agent's own sound that comes back from the line does not interrupt it.",
  }),
  endOfTurn: field(milliseconds.min(100).max(5_000).default(conversationDefaults.endOfTurn), {
    title: 'End of turn (ms)',
    group,
    description: "Silence after speech that ends the caller's turn when neither its sound nor its words tell more.",
  }),
  endOfTurnLeast: field(milliseconds.min(100).max(5_000).default(conversationDefaults.endOfTurnLeast), {
    title: 'End of turn, at least (ms)',
    group,
    description: 'The silence after a turn that sounds finished. The same here, above and below: always that long.',
  }),
  endOfTurnMost: field(milliseconds.min(100).max(10_000).default(conversationDefaults.endOfTurnMost), {
    title: 'End of turn, at most (ms)',
    group,
    description: 'The silence after one that does not: "I would like…", half of a number.',
  }),
  digitTimeout: field(milliseconds.max(30_000).default(conversationDefaults.digitTimeout), {
    title: 'Pause after keys (ms)',
    group: keypad,
    description: 'Keys belong together until none was pressed for so long. 0: each key stands for itself.',
  }),
  digitLimit: field(z.number().int().min(0).max(64).default(conversationDefaults.digitLimit), {
    title: 'Most keys',
    group: keypad,
    description: 'So many are complete at once. 0: any number.',
  }),
  digitEnd: field(z.enum(['#', '*', 'none']).default(conversationDefaults.digitEnd), {
    title: 'Key that ends a number',
    group: keypad,
  }),
  idleTimeout: field(milliseconds.default(conversationDefaults.idleTimeout), {
    title: 'Idle timeout (ms)',
    group,
    description: 'Silence of both sides before the first prompt; it doubles after each. 0: never.',
  }),
  idlePrompts: field(
    z
      .array(z.string().min(1).max(500))
      .max(10)
      .default([...conversationDefaults.idlePrompts]),
    {
      title: 'Idle prompts',
      group,
      description: 'Spoken in turn when nobody says anything; after the last one the call is ended.',
    },
  ),
  mistakeMessage: field(z.string().max(500).default(conversationDefaults.mistakeMessage), {
    title: 'Mistake message',
    group,
    description: 'Spoken when the agent fails for good, before the call is ended.',
  }),
  mistakeTransferTo: field(z.string().trim().max(200).default(conversationDefaults.mistakeTransferTo), {
    title: 'Transfer after it',
    group,
    description: 'Phone number with country code, or a SIP address. Empty: the call is ended.',
  }),
  mistakeVoice: field(z.string().max(100).default(conversationDefaults.mistakeVoice), {
    title: 'Voice of last resort',
    group,
    refers: { to: 'provider', kind: 'tts' },
    description:
      'Says it when an agent that speaks by itself is lost: with your connection of that provider; the built-in one speaks English. Pipelines use their own voice.',
  }),
  transferFailedMessage: field(z.string().max(500).default(conversationDefaults.transferFailedMessage), {
    title: 'Message after a failed transfer',
    description: 'Spoken when nobody took the transferred call and the caller is back; {reason} says why. Empty: none.',
  }),
  agentTimeout: field(milliseconds.min(1_000).default(conversationDefaults.agentTimeout), {
    title: 'Agent timeout (ms)',
    group,
    description: 'Longest wait for the agent to be ready, and for a reply to begin.',
  }),
  endWarning: field(milliseconds.max(600_000).default(conversationDefaults.endWarning), {
    title: 'Announce the end (ms before)',
    group,
    description: 'So long before the call reaches its longest duration. 0: never.',
  }),
  endWarningTo: field(z.enum(['caller', 'agent']).default(conversationDefaults.endWarningTo), {
    title: 'Announce it to',
    group,
    description: 'The caller hears the text as it is; an agent says it in its own words.',
  }),
  endWarningText: field(z.string().min(1).max(500).default(conversationDefaults.endWarningText), {
    title: 'Announcement of the end',
    group,
    description: '{seconds} is filled with what is left.',
  }),
} as const

/** The whole schema of an agent's settings: the provider's fields, those of the talk and of the user's own tools. A provider's own field of the same name wins. */
export function agentSettings(spec: AgentSpec): z.ZodObject {
  return z.strictObject({ ...talkFields, ...kitFields, ...spec.settings.shape })
}

const talk = z.object(talkFields)

/** The talk's part of an agent's settings, with defaults. */
export function talkSettings(settings: Readonly<Record<string, unknown>>): ConversationSettings {
  const { greeting, ...rest } = talk.parse(settings)
  return { ...rest, ...(greeting ? { greeting } : {}) }
}
