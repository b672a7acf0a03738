import { expect, test } from 'vitest'
import { signatureOf, type Fields } from './signature.ts'

const token = '0123456789abcdef0123456789abcdef'
const call = 'CA00112233445566778899aabbccddeeff'

const vectors: readonly (readonly [name: string, token: string, url: string, fields: Fields, signature: string])[] = [
  [
    'a form POST, the query as it stands',
    token,
    'https://voice.example.com/twilio/voice?agent=demo&lang=en-US',
    [
      ['CallSid', call],
      ['AccountSid', 'AC0123456789abcdef0123456789abcdef'],
      ['From', '+15551230001'],
      ['To', '+15551230002'],
      ['CallStatus', 'ringing'],
      ['ApiVersion', '2010-04-01'],
      ['Direction', 'inbound'],
    ],
    'yRGSSLJBEvKAk2pL2QiEJ4YmCew=',
  ],
  [
    'repeated and non-ASCII fields',
    token,
    'https://voice.example.com/twilio/cb',
    [
      ['Digits', '2'],
      ['Digits', '1'],
      ['Digits', '2'],
      ['CallSid', call],
      ['Note', 'café 100% + tax'],
    ],
    'WDwQveB1IA3TSPCPhGk8LE44XRE=',
  ],
  [
    'a JSON body by its hash in the URL',
    token,
    'https://voice.example.com/twilio/json?bodySHA256=76404c59e10678982fbffbc205b92d47bff4db011a9c20e07bc8743d66402436',
    [],
    '/IuqUU/MPYgcBkdwI6bTLxxGVTc=',
  ],
  ['a WebSocket upgrade', token, 'wss://voice.example.com/media/twilio/s_7f3a', [], 'Luqsz264MCbk3VSbQEhRTszC+Jw='],
  ['a URL with its port', token, 'https://voice.example.com:443/twilio/voice', [], 'OVPeZQKHP7WsLjQ725nF0YOfcAo='],
  [
    "Twilio's own example",
    '12345',
    'https://mycompany.com/myapp.php?foo=1&bar=2',
    [
      ['CallSid', 'CA1234567890ABCDE'],
      ['Caller', '+14158675309'],
      ['Digits', '1234'],
      ['From', '+14158675309'],
      ['To', '+18005551212'],
    ],
    'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  ],
]

test.each(vectors)('signs %s', (_, key, url, fields, signature) => {
  expect(signatureOf(key, url, fields)).toBe(signature)
  expect(signatureOf(key, url, fields.toReversed())).toBe(signature)
})
