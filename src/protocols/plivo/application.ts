/** Which application a number is attached to, at carriers that speak Plivo's words: made once, and never cleared for one number. */
import type { SetUp, Urls } from '../../spec/carrier.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Operation } from '../../spec/http.ts'

export interface Found {
  readonly application: string
  /** A few words. */
  readonly done: string
}

interface Chosen {
  /** The user's own. */
  readonly applicationId?: string | undefined
  /** The one that was made before. */
  readonly ownApplication?: string | undefined
}

export interface ApplicationWords<C extends Chosen> {
  /** For people. */
  readonly carrier: string
  /** Sets an application to our addresses. False when there is no such application. */
  change(application: string, urls: Urls, config: C): Operation<boolean>
  /** When there is none yet. */
  otherwise(urls: Urls, config: C): Operation<Found>
}

export interface Applications<C> {
  /** The one of the settings, set to our addresses; or the one made before; or another. */
  applicationFor(urls: Urls, config: C): Operation<Found>
  setUp(urls: Urls, config: C): Operation<SetUp>
}

export function applications<C extends Chosen>({ carrier, change, otherwise }: ApplicationWords<C>): Applications<C> {
  function* applicationFor(urls: Urls, config: C): Operation<Found> {
    const { applicationId, ownApplication } = config
    if (applicationId !== undefined) {
      if (yield* change(applicationId, urls, config)) return { application: applicationId, done: 'was pointed here' }
      const message = `${carrier} knows no application ${applicationId}: check the application id`
      throw new OffhookError('settings.invalid', message)
    }
    const known = ownApplication !== undefined && (yield* change(ownApplication, urls, config))
    return known ? { application: ownApplication, done: 'was pointed here' } : yield* otherwise(urls, config)
  }
  return {
    applicationFor,
    *setUp(urls, config) {
      const { application, done } = yield* applicationFor(urls, config)
      const settings = config.applicationId === undefined ? { settings: { ownApplication: application } } : {}
      return { ...settings, notes: [`The application ${application} ${done}: calls to its numbers come here.`] }
    },
  }
}
