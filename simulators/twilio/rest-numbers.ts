/** REST: numbers to be had, and numbers owned (docs/phone-numbers/api). */
import { bad, checked, good, type Check, type Form } from './parameters.ts'
import type { Resource } from './resources.ts'
import { newSid, type Account, type PhoneNumber, type TwilioWorld } from './world.ts'

const kinds: Readonly<Record<string, string>> = { Local: '', TollFree: '888', Mobile: '' }

/** Invented, always the same: what is asked for decides what is found. */
export function availableNumbers(country: string, kind: string, query: URLSearchParams): Resource | undefined {
  const area = kinds[kind]
  if (area === undefined || !/^[A-Z]{2}$/.test(country)) return undefined
  const code = area || query.get('AreaCode') || '415'
  const count = Math.min(30, Number(query.get('PageSize') ?? 20) || 20)
  const numbers = Array.from({ length: count }, (_, at) => `+${country === 'US' ? '1' : '44'}${code}5550${100 + at}`)
  const wanted = (query.get('Contains') ?? '').replace(/[*]/g, '').replace(/^\+/, '')
  const found = numbers.filter((number) => number.includes(wanted))
  return {
    available_phone_numbers: found.map((number) => available(number, country)),
    uri: `/2010-04-01/AvailablePhoneNumbers/${country}/${kind}.json`,
  }
}

function available(number: string, country: string): Resource {
  return {
    friendly_name: number,
    phone_number: number,
    lata: null,
    locality: 'Springfield',
    rate_center: null,
    latitude: null,
    longitude: null,
    region: 'IL',
    postal_code: '62701',
    iso_country: country,
    address_requirements: 'none',
    beta: false,
    capabilities: { voice: true, SMS: true, MMS: true, fax: false },
  }
}

export function newNumber(world: TwilioWorld, phoneNumber: string): PhoneNumber {
  const now = world.clock.now()
  return {
    sid: newSid(world.ids, 'PN'),
    phoneNumber,
    created: now,
    updated: now,
    friendlyName: phoneNumber,
    voiceUrl: '',
    voiceMethod: 'POST',
    voiceFallbackUrl: '',
    voiceFallbackMethod: 'POST',
    statusCallback: '',
    statusCallbackMethod: 'POST',
    voiceApplicationSid: '',
    trunkSid: '',
  }
}

/** Somebody else's number cannot be bought (21422); neither can a thing that is none (21421). */
export function buyNumber(world: TwilioWorld, account: Account, form: URLSearchParams): Check<PhoneNumber> {
  const bought = checked((fields) => {
    if (world.strict) fields.only([...updateFields, 'PhoneNumber', 'AreaCode'])
    const area = fields.text('AreaCode')
    const wanted =
      fields.text('PhoneNumber') ?? (area ? `+1${area}5550199` : fields.refuse(21421, 'PhoneNumber is required'))
    if (!/^\+[1-9]\d{6,14}$/.test(wanted)) fields.refuse(21421, `PhoneNumber ${wanted} is invalid`)
    return configure(newNumber(world, wanted), fields, world)
  }, form)
  if (!bought.ok) return bought
  const { phoneNumber } = bought.value
  const owned = [...world.accounts.values()].some(({ numbers }) =>
    numbers.some((one) => one.phoneNumber === phoneNumber),
  )
  if (owned) return bad(21422, `${phoneNumber} is not available`)
  account.numbers.push(bought.value)
  return bought
}

export function updateNumber(world: TwilioWorld, number: PhoneNumber, form: URLSearchParams): Check<PhoneNumber> {
  const update = checked((fields) => {
    if (world.strict) fields.only(updateFields)
    return configure({ ...number }, fields, world)
  }, form)
  return update.ok ? good(Object.assign(number, update.value)) : update
}

const updateFields = [
  'FriendlyName', 'VoiceUrl', 'VoiceMethod', 'VoiceFallbackUrl', 'VoiceFallbackMethod', 'StatusCallback',
  'StatusCallbackMethod', 'VoiceApplicationSid', 'VoiceCallerIdLookup', 'TrunkSid', 'VoiceReceiveMode',
] as const // prettier-ignore

/** An empty string clears; an absent field stays. */
function configure(number: PhoneNumber, form: Form, world: TwilioWorld): PhoneNumber {
  const address = (name: string, code: number) => form.address(name, code) ?? ''
  if (form.has('FriendlyName')) number.friendlyName = form.text('FriendlyName') ?? number.phoneNumber
  if (form.has('VoiceUrl')) number.voiceUrl = address('VoiceUrl', 21402)
  if (form.has('VoiceMethod')) number.voiceMethod = form.method('VoiceMethod')
  if (form.has('VoiceFallbackUrl')) number.voiceFallbackUrl = address('VoiceFallbackUrl', 21402)
  if (form.has('VoiceFallbackMethod')) number.voiceFallbackMethod = form.method('VoiceFallbackMethod')
  if (form.has('StatusCallback')) number.statusCallback = address('StatusCallback', 21609)
  if (form.has('StatusCallbackMethod')) number.statusCallbackMethod = form.method('StatusCallbackMethod')
  if (form.has('VoiceApplicationSid')) number.voiceApplicationSid = form.text('VoiceApplicationSid') ?? ''
  if (form.has('TrunkSid')) number.trunkSid = form.text('TrunkSid') ?? ''
  number.updated = world.clock.now()
  return number
}
