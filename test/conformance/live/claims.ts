/** Which tests of the live suite show a feature: one of the lists must have passed whole. */
import type { FeatureName } from '../../../src/spec/features.ts'

export const claims: Readonly<Record<FeatureName, readonly (readonly string[])[]>> = {
  'calls-in': [['a call that comes in > is answered, and each side hears the other']],
  'calls-out': [['a call that we place > goes from queued to completed, with variables for the agent']],
  signatures: [['wrong', 'missing', 'foreign'].map((kind) => `a webhook > with a ${kind} signature makes no call`)],
  hangup: [['a call that comes in > ends once, however often and from whatever side it is hung up']],
  'take-back': [['a call that we place > is canceled by the API while it rings']],
  'keys-in': [['a call that comes in > takes keys: they interrupt, reach the agent and stand in the transcript']],
  'keys-out': [['a call that comes in > sends keys, and goes on talking afterwards']],
  'barge-in': [
    [
      'a call that comes in > lets the caller interrupt: the agent stops at once, everywhere, and learns what was heard',
    ],
  ],
  transfer: [
    [
      'a transfer > by the API joins caller and colleague, and leaves them alone',
      'a transfer > by the agent waits for its last words',
      ...['breaks off', 'never comes', 'says that it failed'].map(
        (how) => `a transfer > that the carrier took, though its answer ${how}, is not repeated, and nobody hangs up`,
      ),
      'a transfer > that the carrier fails at, and did not do, leaves the caller with the agent',
    ],
    // By signalling: no answer over HTTP can be lost.
    [
      'a transfer > by the API joins caller and colleague, and leaves them alone',
      'a transfer > by the agent waits for its last words',
      'a transfer > that came to nothing may be tried again',
    ],
    ['a transfer by a second leg of ours > joins caller and colleague'],
  ],
  'give-back': [
    ['is busy', 'does not answer', 'cannot be reached'].map(
      (how) => `a transfer > to somebody who ${how} gives the caller back to the agent, who says so`,
    ),
    ['a transfer by a second leg of ours > gives the caller back when the colleague is busy'],
  ],
  'machine-detection': [
    ['a call that we place > tells a person from a machine'],
    ['a call that we place > leaves its message on a machine, after the beep and whole, and the agent keeps quiet'],
  ],
  voicemail: [
    ['a call that we place > leaves its message on a machine, after the beep and whole, and the agent keeps quiet'],
  ],
  recording: [['a call that we place > is recorded: the caller left, what they heard right']],
  'recording-there': [['a call that comes in > is recorded by the carrier from start to stop']],
  price: [['a call that comes in > is priced after its end']],
  reconnect: [['on a bad day > a socket that dies and comes back goes on with the same call']],
  doubt: [
    [
      ...['never says so', 'answers that it failed'].map(
        (how) => `on a bad day > a carrier that takes the dial and ${how} is asked, and nobody is called twice`,
      ),
      'on a bad day > a carrier that answers a dial with a failure of its own is asked, and nobody is called twice',
    ],
  ],
}
