/** ExoPhones: pointed at a flow, whose Voicebot applet asks us. */
import { fullNumber } from '../../../protocols/e164/target.ts'
import { normaliseNumber } from '../../../protocols/e164/normalise.ts'
import { inner, isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { bodyOf } from '../../../protocols/rest/client.ts'
import type { CarrierNumber, Numbers } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpResponse, Operation } from '../../../spec/http.ts'
import { client, id, numbersAddress } from './rest.ts'
import type { Settings } from './settings.ts'

export const numbers: Numbers<Settings> = { search, buy, list, point }

const kinds = { local: 'Landline', 'toll-free': 'TollFree', mobile: 'Mobile' } as const

type Wanted = Parameters<Required<Numbers<Settings>>['search']>[0]

function* search(wanted: Wanted, config: Settings): Operation<readonly CarrierNumber[]> {
  const country = wanted.country.toUpperCase()
  if (!/^[A-Z]{2}$/.test(country)) throw new OffhookError('request.invalid', 'A country is two letters, such as IN')
  const rest = client(config)
  const place = numbersAddress(config, `AvailablePhoneNumbers/${country}/${kinds[wanted.kind ?? 'local']}`)
  const response = yield rest.request('GET', place)
  rest.accepted('search numbers', response)
  const pattern = wanted.areaCode ?? wanted.contains ?? ''
  return listIn(response)
    .flatMap(numberOf)
    .filter(({ number }) => number.includes(pattern))
    .slice(0, wanted.limit ?? 20)
}

function* buy(written: string, config: Settings): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const form = { PhoneNumber: number, FriendlyName: 'Offhook', VoiceUrl: flowUrl(config) }
  const place = numbersAddress(config, 'IncomingPhoneNumbers')
  const bought = yield* client(config).ask('buy the number', 'POST', place, { form })
  return numberOf(bought)[0] ?? { number, pointsAt: flowUrl(config) }
}

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const rest = client(config)
  const response = yield rest.request('GET', numbersAddress(config, 'IncomingPhoneNumbers'))
  rest.accepted('list the numbers', response)
  return listIn(response).flatMap(numberOf)
}

/** The flow's applet has our address, entered by hand: here the number is given to the flow. */
function* point(written: string, _urls: unknown, config: Settings): Operation<CarrierNumber> {
  const wanted = fullNumber(written)
  const own = (yield* list(config)).find(({ number }) => number === wanted)
  if (!own) throw new OffhookError('number.unassigned', `${wanted} is not an ExoPhone of this Exotel account`)
  const place = numbersAddress(config, `IncomingPhoneNumbers/${id(own.ref ?? '')}`)
  const form = { VoiceUrl: flowUrl(config) }
  yield* client(config).ask('point the number at the flow', 'PUT', place, { form, repeatable: true })
  return { ...own, pointsAt: flowUrl(config) }
}

function flowUrl({ accountSid, flowId }: Settings): string {
  if (flowId !== undefined) return `http://my.exotel.com/${accountSid}/exoml/start_voice/${flowId}`
  throw new OffhookError(
    'settings.missing',
    'Give the id of a flow with a Voicebot applet in the settings: numbers point at one',
  )
}

/** A list by its name, or bare. */
function listIn(response: HttpResponse): readonly Fields[] {
  const read = bodyOf(response)
  const named =
    read['incoming_phone_numbers'] ??
    read['available_phone_numbers'] ??
    inner(read, 'response')['data'] ??
    bare(response)
  return Array.isArray(named) ? named.filter(isFields) : []
}

function bare(response: HttpResponse): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(response.body))
  } catch {
    return [] // no list, no numbers
  }
}

function numberOf(resource: Fields): readonly CarrierNumber[] {
  const written = text(resource, 'phone_number') ?? text(resource, 'PhoneNumber')
  if (written === undefined) return []
  const number = normaliseNumber(written, { country: 'IN' })
  const [ref, label] = [text(resource, 'sid') ?? text(resource, 'Sid'), text(resource, 'friendly_name')]
  const pointsAt = text(resource, 'voice_url') ?? text(resource, 'VoiceUrl')
  return [
    {
      number: number.type === 'number' ? number.value : written,
      ...(ref ? { ref } : {}),
      ...(label ? { label } : {}),
      ...(pointsAt ? { pointsAt } : {}),
    },
  ]
}
