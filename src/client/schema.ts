/** Types of the API, generated from its OpenAPI document by `npm run client`: do not edit. */

export interface components {
  schemas: {
    FailureInput: {
      error: {
        /** See docs/errors.md */
        code: string
        /** What failed, with which value, and what to do */
        message: string
        details: Record<string, unknown>
      }
    }
    ProviderInput: {
      kind: "carrier" | "agent" | "stt" | "llm" | "tts"
      name: string
      label: string
      about?: string
      /** JSON Schema; fields carry title, secret, env, when */
      settings: Record<string, unknown>
      checklist: (string)[]
      capabilities: (string)[]
      /** Of carriers: what people ask of one */
      features: ({
        name: string
        label: string
        /** Who does it; `engine`: Offhook, with its own means */
        by: "carrier" | "engine" | "nobody"
        /** A whole call through the simulated carrier has shown it */
        shown: boolean
        why?: string
      })[]
    }
    WarningInput: {
      /** An error's code, or a word of its own */
      code: string
      message: string
    }
    ConnectionInput: {
      id: string
      kind: "carrier" | "agent" | "stt" | "llm" | "tts"
      provider: string
      name: string
      /** Secrets are masked; a mask sent back keeps the stored secret */
      settings: Record<string, unknown>
      isDefault: boolean
      source: "api" | "environment" | "simulator"
      /** Addresses to give to the carrier */
      webhooks: Record<string, string>
      /** What will not work like this, and what to do */
      warnings: (components['schemas']['WarningInput'])[]
      /** What was done at the carrier when this was last saved */
      setUp: {
        /** ms since 1970 */
        at: number
        notes: (string)[]
      } | null
      /** ms since 1970 */
      createdAt: number
      /** ms since 1970 */
      updatedAt: number
    }
    NewConnectionInput: {
      provider: string
      kind?: "carrier" | "agent" | "stt" | "llm" | "tts"
      name: string
      settings: Record<string, unknown>
    }
    PhoneNumberInput: {
      id: string
      connection: string
      /** E.164 with plus, SIP URI or extension */
      number: string
      display: string
      agent: string | null
      label: string | null
      /** We set the carrier so that its calls reach us */
      pointed: boolean
      /** ms since 1970 */
      createdAt: number
      /** ms since 1970 */
      updatedAt: number
    }
    NewPhoneNumberInput: {
      connection: string
      number: string
      agent?: string
      label?: string
      /** Also set the carrier so that its calls reach us */
      point?: boolean
    }
    AgentInput: {
      id: string
      name: string
      provider: string
      settings: Record<string, unknown>
      /** ms since 1970 */
      createdAt: number
      /** ms since 1970 */
      updatedAt: number
    }
    NewAgentInput: {
      name: string
      provider: string
      settings?: Record<string, unknown>
    }
    CallInput: {
      id: string
      direction: "inbound" | "outbound"
      status: "queued" | "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no-answer" | "failed" | "canceled"
      /** Queued until the connection has a line free */
      waiting: boolean
      carrier: string
      connection: string
      /** The carrier's id of the call */
      ref: string | null
      from: string
      to: string
      agent: string
      variables: Record<string, string | number | boolean | null>
      metadata: Record<string, unknown>
      endReason: string | null
      cause: string | null
      answeredBy: string | null
      recording: string | null
      cost: {
        amount: number
        currency: string
      } | null
      /** ms since 1970 */
      createdAt: number
      startedAt: number | null
      answeredAt: number | null
      endedAt: number | null
      /** Since when all that tells of people is removed */
      redactedAt: number | null
      /** What you are not shown: numbers, transcripts, variables, recordings */
      hidden: (string)[]
    }
    CostsInput: {
      parts: ({
        part: "carrier" | "stt" | "llm" | "tts" | "agent"
        provider: string
        model: string | null
        /** Tokens, characters, ms of audio */
        usage: Record<string, number>
        /** One per currency; null while any of it is unknown */
        cost: ({
          amount: number
          currency: string
        })[] | null
        /** Units used that have no price; `call`: the carrier has not said */
        unknown: (string)[]
      })[]
      /** The sum of what is known, one per currency */
      known: ({
        amount: number
        currency: string
      })[]
      /** Nothing is unknown */
      complete: boolean
    }
    CallInFullInput: {
      id: string
      direction: "inbound" | "outbound"
      status: "queued" | "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no-answer" | "failed" | "canceled"
      /** Queued until the connection has a line free */
      waiting: boolean
      carrier: string
      connection: string
      /** The carrier's id of the call */
      ref: string | null
      from: string
      to: string
      agent: string
      variables: Record<string, string | number | boolean | null>
      metadata: Record<string, unknown>
      endReason: string | null
      cause: string | null
      answeredBy: string | null
      recording: string | null
      cost: {
        amount: number
        currency: string
      } | null
      /** ms since 1970 */
      createdAt: number
      startedAt: number | null
      answeredAt: number | null
      endedAt: number | null
      /** Since when all that tells of people is removed */
      redactedAt: number | null
      /** What you are not shown: numbers, transcripts, variables, recordings */
      hidden: (string)[]
      /** At the prices now in force: see /v1/prices */
      costs: components['schemas']['CostsInput']
    }
    NewCallInput: {
      to: string
      from?: string
      connection?: string
      agent: string
      variables?: Record<string, string | number | boolean | null>
      metadata?: Record<string, unknown>
      /** ms, default 60000 */
      ringTimeout?: number
      /** ms, default 2 hours */
      maxDuration?: number
      /** Default: on where the carrier has it */
      machineDetection?: boolean
      voicemailMessage?: string
      record?: boolean
    }
    EventInput: {
      position: number
      call: string
      sequence: number
      /** ms since 1970 */
      at: number
      event: {
        type: string
        [name: string]: unknown
      }
    }
    MessageInput: {
      id: string
      role: "caller" | "agent" | "tool" | "system"
      text: string
      /** ms since 1970 */
      at: number
      interrupted: boolean
    }
    MetricInput: {
      message: string | null
      source: "ours" | "user"
      name: string
      value: number
      unit: string | null
      /** ms since 1970 */
      at: number
    }
    NewMetricInput: {
      name: string
      value: number
      unit?: string
      message?: string
    }
    ApiKeyInput: {
      id: string
      name: string
      prefix: string
      scopes: (string)[]
      /** ms since 1970 */
      createdAt: number
      lastUsedAt: number | null
      revokedAt: number | null
    }
    NewApiKeyInput: {
      name: string
      scopes: ("admin" | "calls:read" | "calls:write" | "config:read" | "config:write")[]
    }
    WebhookInput: {
      id: string
      url: string
      events: (string)[]
      enabled: boolean
      /** ms since 1970 */
      createdAt: number
    }
    NewWebhookInput: {
      url: string
      /** Event types, or * */
      events?: (string)[]
      enabled?: boolean
    }
    DeliveryInput: {
      id: string
      position: number
      /** The type of the event it tells of */
      event: string
      call: string
      status: "waiting" | "delivered" | "given-up"
      attempts: number
      nextAt: number | null
      lastStatus: number | null
      lastError: string | null
      /** ms since 1970 */
      createdAt: number
    }
    TakenInput: {
      /** Stands in the events that follow */
      id: string
    }
    WireMessageInput: {
      /** Rises */
      id: number
      /** ms since 1970 */
      at: number
      /** in: from the carrier */
      direction: "in" | "out"
      channel: "webhook" | "http" | "media" | "signalling"
      title: string
      /** Secrets removed, long ones shortened */
      body: string
      /** As it was on the wire */
      bytes: number
    }
    WireTallyInput: {
      framesIn: number
      bytesIn: number
      framesOut: number
      bytesOut: number
      /** Messages beyond the bound of a call */
      unlisted: number
    }
    LevelInput: {
      id: string
      /** dBFS, -90 is silence */
      caller: number
      /** dBFS */
      agent: number
      /** What the agent does */
      state: "listening" | "thinking" | "speaking" | "held"
    }
    LevelsInput: {
      calls: (components['schemas']['LevelInput'])[]
    }
    PeaksInput: {
      durationMs: number
      channels: ({
        name: "caller" | "agent"
        /** Greatest of each span, 0 to 1 */
        peaks: (number)[]
      })[]
    }
    ActInput: {
      say: string
    } | {
      /** A WAV file */
      audio: string
    } | {
      digits: string
    } | {
      pauseMs: number
    } | {
      hangup: true
    }
    SimulatorInput: {
      carrier: string
      label: string
      numbers: ({
        number: string
        agent: string | null
      })[]
      /** JSON Schema of what can be made to go wrong */
      faults: Record<string, unknown>
    }
    NewSimulationInput: {
      from?: string
      /** Default: the simulator's first number */
      to?: string
      /** Who answers; default: whoever the number belongs to */
      agent?: string
      script?: (components['schemas']['ActInput'])[]
      /** Do not hang up after the script: more acts may follow */
      stayOnLine?: boolean
      /** For this simulator, until the call is over */
      faults?: Record<string, unknown>
    }
    SimulationInput: {
      /** As in /v1/calls */
      call: string
      simulation: string
    }
    LineStandingInput: {
      connection: string
      /** Ours at the peer; null where the line needs none */
      registration: {
        state: "registering" | "registered" | "failed" | "stopped"
        /** A sentence: as whom, or why not */
        says: string
        /** When it is renewed or tried again, ms since 1970 */
        next?: number
      } | null
      /** Whether the peer is there; null where it is not asked (`probe`) */
      peer: {
        state: "asking" | "alive" | "down"
        /** A sentence: what it answered, or why it did not */
        says: string
        /** When it is asked again, ms since 1970 */
        next?: number
      } | null
      extensions: ({
        name: string
        registered: boolean
        contacts: ({
          address: string
          product?: string
          /** ms since 1970 */
          until: number
        })[]
      })[]
      /** The last calls and sources that were turned away, newest first */
      refused: ({
        /** ms since 1970 */
        at: number
        from: string
        /** One word for machines */
        cause: string
        /** One sentence for people */
        says: string
      })[]
    }
    NewGrantInput: {
      /** Who answers */
      agent: string
      /** The line that takes the call; default: the first that takes grants */
      connection?: string
      variables?: Record<string, string | number | boolean | null>
      metadata?: Record<string, unknown>
      /** How long until it must be used */
      ttlSeconds?: number
    }
    GrantInput: {
      /** A secret, good for one call */
      grant: string
      expiresAt: string
      /** Where to send the offer, with the grant as a bearer token */
      endpoint: string
      iceServers: ({
        urls: (string)[]
        username?: string
        credential?: string
      })[]
    }
    PriceInput: {
      /** `agent`: one that hears and speaks as a whole */
      part: "stt" | "llm" | "tts" | "agent"
      /** As /v1/providers names it */
      provider: string
      /** A name, the beginning of names with *, or empty for every model */
      model: string
      /** Tokens per million, characters per thousand, minutes one by one */
      unit: "input-tokens" | "cached-tokens" | "output-tokens" | "input-audio-tokens" | "output-audio-tokens" | "transcript-tokens" | "characters" | "audio-minutes" | "session-minutes"
      amount: number
      currency: string
    }
    PriceInForceInput: {
      /** `agent`: one that hears and speaks as a whole */
      part: "stt" | "llm" | "tts" | "agent"
      /** As /v1/providers names it */
      provider: string
      /** A name, the beginning of names with *, or empty for every model */
      model: string
      /** Tokens per million, characters per thousand, minutes one by one */
      unit: "input-tokens" | "cached-tokens" | "output-tokens" | "input-audio-tokens" | "output-audio-tokens" | "transcript-tokens" | "characters" | "audio-minutes" | "session-minutes"
      amount: number
      currency: string
      source: "yours" | "published"
      /** The month a published price was looked up */
      asOf: string | null
    }
    SettingsInput: {
      retention: {
        /** Days; 0 keeps them */
        recordingsDays: number
        /** Days; 0 keeps them */
        transcriptsDays: number
        /** Days; 0 keeps them */
        callsDays: number
        /** Days; 0 keeps them */
        wireDays: number
      }
      /** What viewers and outgoing webhooks are not shown */
      redaction: {
        /** Phone numbers, but for their ends */
        numbers: boolean
        /** What was said, pressed, and done by tools */
        transcripts: boolean
        /** Variables and metadata of calls */
        variables: boolean
        /** Recordings and live listening */
        recordings: boolean
      }
      /** Whom calls and transfers may reach; left out, it stays as it is */
      dialing?: {
        /** Leading digits such as +4420, or addresses with stars. Empty: all who need no permission */
        allow: (string)[]
        /** The same; wins over everything */
        block: (string)[]
        /** Premium-rate numbers may be called */
        premium: boolean
        /** Numbers outside the country of the number that calls may be called */
        foreign: boolean
      }
      /** Your own, before those of /v1/prices that vendors publish; left out, they stay as they are */
      prices?: (components['schemas']['PriceInput'])[]
    }
    OverviewInput: {
      /** Carriers that people connected; simulated ones are not counted */
      connections: number
      /** On those connections */
      numbers: number
      agents: number
      users: number
      /** Ever */
      calls: number
      /** Since `since` */
      callsToday: number
      live: number
      simulators: boolean
      publicUrl: string
      version: string
    }
    CarrierNumberInput: {
      number: string
      ref: string | null
      label: string | null
      country: string | null
      locality: string | null
      capabilities: (string)[]
      pointsAt: string | null
    }
    UserInput: {
      id: string
      email: string
      name: string
      role: "owner" | "operator" | "viewer"
      /** ms since 1970 */
      createdAt: number
      lastSeenAt: number | null
    }
    NewUserInput: {
      email: string
      name: string
      role: "owner" | "operator" | "viewer"
      /** At least 10 characters; without one nobody signs in as this user yet */
      password?: string
    }
    ChangedUserInput: {
      email?: string
      name?: string
      role?: "owner" | "operator" | "viewer"
    }
    NewPasswordInput: {
      password: string
    }
    OwnPasswordInput: {
      current: string
      password: string
    }
    SessionInput: {
      /** code: signed in with the code from the terminal */
      kind: "key" | "user" | "code"
      id: string
      name: string
      role: "owner" | "operator" | "viewer"
      scopes: ("admin" | "calls:read" | "calls:write" | "config:read" | "config:write")[]
    }
    SignInInput: {
      key: string
    } | {
      email: string
      password: string
    } | {
      code: string
    }
    NewStreamAddressInput: {
      /** Who answers */
      agent?: string
      /** A number of the connection, by its id: whoever answers it answers */
      number?: string
      /** How long it is good. Default: until it is revoked */
      ttlSeconds?: number
    }
    StreamAddressInput: {
      /** With the token in it, for carriers that hand back nothing else */
      address: string
      /** Without it: give the token as a parameter, header or credential then */
      url: string
      /** A secret, good for any number of calls of this connection */
      token: string
      expiresAt?: string
    }
    Failure: {
      error: {
        /** See docs/errors.md */
        code: string
        /** What failed, with which value, and what to do */
        message: string
        details: Record<string, unknown>
      }
    }
    Provider: {
      kind: "carrier" | "agent" | "stt" | "llm" | "tts"
      name: string
      label: string
      about?: string
      /** JSON Schema; fields carry title, secret, env, when */
      settings: Record<string, unknown>
      checklist: (string)[]
      capabilities: (string)[]
      /** Of carriers: what people ask of one */
      features: ({
        name: string
        label: string
        /** Who does it; `engine`: Offhook, with its own means */
        by: "carrier" | "engine" | "nobody"
        /** A whole call through the simulated carrier has shown it */
        shown: boolean
        why?: string
      })[]
    }
    Warning: {
      /** An error's code, or a word of its own */
      code: string
      message: string
    }
    Connection: {
      id: string
      kind: "carrier" | "agent" | "stt" | "llm" | "tts"
      provider: string
      name: string
      /** Secrets are masked; a mask sent back keeps the stored secret */
      settings: Record<string, unknown>
      isDefault: boolean
      source: "api" | "environment" | "simulator"
      /** Addresses to give to the carrier */
      webhooks: Record<string, string>
      /** What will not work like this, and what to do */
      warnings: (components['schemas']['Warning'])[]
      /** What was done at the carrier when this was last saved */
      setUp: {
        /** ms since 1970 */
        at: number
        notes: (string)[]
      } | null
      /** ms since 1970 */
      createdAt: number
      /** ms since 1970 */
      updatedAt: number
    }
    NewConnection: {
      provider: string
      kind: "carrier" | "agent" | "stt" | "llm" | "tts"
      name: string
      settings: Record<string, unknown>
    }
    PhoneNumber: {
      id: string
      connection: string
      /** E.164 with plus, SIP URI or extension */
      number: string
      display: string
      agent: string | null
      label: string | null
      /** We set the carrier so that its calls reach us */
      pointed: boolean
      /** ms since 1970 */
      createdAt: number
      /** ms since 1970 */
      updatedAt: number
    }
    NewPhoneNumber: {
      connection: string
      number: string
      agent?: string
      label?: string
      /** Also set the carrier so that its calls reach us */
      point: boolean
    }
    Agent: {
      id: string
      name: string
      provider: string
      settings: Record<string, unknown>
      /** ms since 1970 */
      createdAt: number
      /** ms since 1970 */
      updatedAt: number
    }
    NewAgent: {
      name: string
      provider: string
      settings: Record<string, unknown>
    }
    Call: {
      id: string
      direction: "inbound" | "outbound"
      status: "queued" | "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no-answer" | "failed" | "canceled"
      /** Queued until the connection has a line free */
      waiting: boolean
      carrier: string
      connection: string
      /** The carrier's id of the call */
      ref: string | null
      from: string
      to: string
      agent: string
      variables: Record<string, string | number | boolean | null>
      metadata: Record<string, unknown>
      endReason: string | null
      cause: string | null
      answeredBy: string | null
      recording: string | null
      cost: {
        amount: number
        currency: string
      } | null
      /** ms since 1970 */
      createdAt: number
      startedAt: number | null
      answeredAt: number | null
      endedAt: number | null
      /** Since when all that tells of people is removed */
      redactedAt: number | null
      /** What you are not shown: numbers, transcripts, variables, recordings */
      hidden: (string)[]
    }
    Costs: {
      parts: ({
        part: "carrier" | "stt" | "llm" | "tts" | "agent"
        provider: string
        model: string | null
        /** Tokens, characters, ms of audio */
        usage: Record<string, number>
        /** One per currency; null while any of it is unknown */
        cost: ({
          amount: number
          currency: string
        })[] | null
        /** Units used that have no price; `call`: the carrier has not said */
        unknown: (string)[]
      })[]
      /** The sum of what is known, one per currency */
      known: ({
        amount: number
        currency: string
      })[]
      /** Nothing is unknown */
      complete: boolean
    }
    CallInFull: {
      id: string
      direction: "inbound" | "outbound"
      status: "queued" | "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no-answer" | "failed" | "canceled"
      /** Queued until the connection has a line free */
      waiting: boolean
      carrier: string
      connection: string
      /** The carrier's id of the call */
      ref: string | null
      from: string
      to: string
      agent: string
      variables: Record<string, string | number | boolean | null>
      metadata: Record<string, unknown>
      endReason: string | null
      cause: string | null
      answeredBy: string | null
      recording: string | null
      cost: {
        amount: number
        currency: string
      } | null
      /** ms since 1970 */
      createdAt: number
      startedAt: number | null
      answeredAt: number | null
      endedAt: number | null
      /** Since when all that tells of people is removed */
      redactedAt: number | null
      /** What you are not shown: numbers, transcripts, variables, recordings */
      hidden: (string)[]
      /** At the prices now in force: see /v1/prices */
      costs: components['schemas']['Costs']
    }
    NewCall: {
      to: string
      from?: string
      connection?: string
      agent: string
      variables?: Record<string, string | number | boolean | null>
      metadata?: Record<string, unknown>
      /** ms, default 60000 */
      ringTimeout?: number
      /** ms, default 2 hours */
      maxDuration?: number
      /** Default: on where the carrier has it */
      machineDetection?: boolean
      voicemailMessage?: string
      record?: boolean
    }
    Event: {
      position: number
      call: string
      sequence: number
      /** ms since 1970 */
      at: number
      event: {
        type: string
        [name: string]: unknown
      }
    }
    Message: {
      id: string
      role: "caller" | "agent" | "tool" | "system"
      text: string
      /** ms since 1970 */
      at: number
      interrupted: boolean
    }
    Metric: {
      message: string | null
      source: "ours" | "user"
      name: string
      value: number
      unit: string | null
      /** ms since 1970 */
      at: number
    }
    NewMetric: {
      name: string
      value: number
      unit?: string
      message?: string
    }
    ApiKey: {
      id: string
      name: string
      prefix: string
      scopes: (string)[]
      /** ms since 1970 */
      createdAt: number
      lastUsedAt: number | null
      revokedAt: number | null
    }
    NewApiKey: {
      name: string
      scopes: ("admin" | "calls:read" | "calls:write" | "config:read" | "config:write")[]
    }
    Webhook: {
      id: string
      url: string
      events: (string)[]
      enabled: boolean
      /** ms since 1970 */
      createdAt: number
    }
    NewWebhook: {
      url: string
      /** Event types, or * */
      events: (string)[]
      enabled: boolean
    }
    Delivery: {
      id: string
      position: number
      /** The type of the event it tells of */
      event: string
      call: string
      status: "waiting" | "delivered" | "given-up"
      attempts: number
      nextAt: number | null
      lastStatus: number | null
      lastError: string | null
      /** ms since 1970 */
      createdAt: number
    }
    Taken: {
      /** Stands in the events that follow */
      id: string
    }
    WireMessage: {
      /** Rises */
      id: number
      /** ms since 1970 */
      at: number
      /** in: from the carrier */
      direction: "in" | "out"
      channel: "webhook" | "http" | "media" | "signalling"
      title: string
      /** Secrets removed, long ones shortened */
      body: string
      /** As it was on the wire */
      bytes: number
    }
    WireTally: {
      framesIn: number
      bytesIn: number
      framesOut: number
      bytesOut: number
      /** Messages beyond the bound of a call */
      unlisted: number
    }
    Level: {
      id: string
      /** dBFS, -90 is silence */
      caller: number
      /** dBFS */
      agent: number
      /** What the agent does */
      state: "listening" | "thinking" | "speaking" | "held"
    }
    Levels: {
      calls: (components['schemas']['Level'])[]
    }
    Peaks: {
      durationMs: number
      channels: ({
        name: "caller" | "agent"
        /** Greatest of each span, 0 to 1 */
        peaks: (number)[]
      })[]
    }
    Act: {
      say: string
    } | {
      /** A WAV file */
      audio: string
    } | {
      digits: string
    } | {
      pauseMs: number
    } | {
      hangup: true
    }
    Simulator: {
      carrier: string
      label: string
      numbers: ({
        number: string
        agent: string | null
      })[]
      /** JSON Schema of what can be made to go wrong */
      faults: Record<string, unknown>
    }
    NewSimulation: {
      from?: string
      /** Default: the simulator's first number */
      to?: string
      /** Who answers; default: whoever the number belongs to */
      agent?: string
      script: (components['schemas']['Act'])[]
      /** Do not hang up after the script: more acts may follow */
      stayOnLine: boolean
      /** For this simulator, until the call is over */
      faults?: Record<string, unknown>
    }
    Simulation: {
      /** As in /v1/calls */
      call: string
      simulation: string
    }
    LineStanding: {
      connection: string
      /** Ours at the peer; null where the line needs none */
      registration: {
        state: "registering" | "registered" | "failed" | "stopped"
        /** A sentence: as whom, or why not */
        says: string
        /** When it is renewed or tried again, ms since 1970 */
        next?: number
      } | null
      /** Whether the peer is there; null where it is not asked (`probe`) */
      peer: {
        state: "asking" | "alive" | "down"
        /** A sentence: what it answered, or why it did not */
        says: string
        /** When it is asked again, ms since 1970 */
        next?: number
      } | null
      extensions: ({
        name: string
        registered: boolean
        contacts: ({
          address: string
          product?: string
          /** ms since 1970 */
          until: number
        })[]
      })[]
      /** The last calls and sources that were turned away, newest first */
      refused: ({
        /** ms since 1970 */
        at: number
        from: string
        /** One word for machines */
        cause: string
        /** One sentence for people */
        says: string
      })[]
    }
    NewGrant: {
      /** Who answers */
      agent: string
      /** The line that takes the call; default: the first that takes grants */
      connection?: string
      variables: Record<string, string | number | boolean | null>
      metadata: Record<string, unknown>
      /** How long until it must be used */
      ttlSeconds: number
    }
    Grant: {
      /** A secret, good for one call */
      grant: string
      expiresAt: string
      /** Where to send the offer, with the grant as a bearer token */
      endpoint: string
      iceServers: ({
        urls: (string)[]
        username?: string
        credential?: string
      })[]
    }
    Price: {
      /** `agent`: one that hears and speaks as a whole */
      part: "stt" | "llm" | "tts" | "agent"
      /** As /v1/providers names it */
      provider: string
      /** A name, the beginning of names with *, or empty for every model */
      model: string
      /** Tokens per million, characters per thousand, minutes one by one */
      unit: "input-tokens" | "cached-tokens" | "output-tokens" | "input-audio-tokens" | "output-audio-tokens" | "transcript-tokens" | "characters" | "audio-minutes" | "session-minutes"
      amount: number
      currency: string
    }
    PriceInForce: {
      /** `agent`: one that hears and speaks as a whole */
      part: "stt" | "llm" | "tts" | "agent"
      /** As /v1/providers names it */
      provider: string
      /** A name, the beginning of names with *, or empty for every model */
      model: string
      /** Tokens per million, characters per thousand, minutes one by one */
      unit: "input-tokens" | "cached-tokens" | "output-tokens" | "input-audio-tokens" | "output-audio-tokens" | "transcript-tokens" | "characters" | "audio-minutes" | "session-minutes"
      amount: number
      currency: string
      source: "yours" | "published"
      /** The month a published price was looked up */
      asOf: string | null
    }
    Settings: {
      retention: {
        /** Days; 0 keeps them */
        recordingsDays: number
        /** Days; 0 keeps them */
        transcriptsDays: number
        /** Days; 0 keeps them */
        callsDays: number
        /** Days; 0 keeps them */
        wireDays: number
      }
      /** What viewers and outgoing webhooks are not shown */
      redaction: {
        /** Phone numbers, but for their ends */
        numbers: boolean
        /** What was said, pressed, and done by tools */
        transcripts: boolean
        /** Variables and metadata of calls */
        variables: boolean
        /** Recordings and live listening */
        recordings: boolean
      }
      /** Whom calls and transfers may reach; left out, it stays as it is */
      dialing?: {
        /** Leading digits such as +4420, or addresses with stars. Empty: all who need no permission */
        allow: (string)[]
        /** The same; wins over everything */
        block: (string)[]
        /** Premium-rate numbers may be called */
        premium: boolean
        /** Numbers outside the country of the number that calls may be called */
        foreign: boolean
      }
      /** Your own, before those of /v1/prices that vendors publish; left out, they stay as they are */
      prices?: (components['schemas']['Price'])[]
    }
    Overview: {
      /** Carriers that people connected; simulated ones are not counted */
      connections: number
      /** On those connections */
      numbers: number
      agents: number
      users: number
      /** Ever */
      calls: number
      /** Since `since` */
      callsToday: number
      live: number
      simulators: boolean
      publicUrl: string
      version: string
    }
    CarrierNumber: {
      number: string
      ref: string | null
      label: string | null
      country: string | null
      locality: string | null
      capabilities: (string)[]
      pointsAt: string | null
    }
    User: {
      id: string
      email: string
      name: string
      role: "owner" | "operator" | "viewer"
      /** ms since 1970 */
      createdAt: number
      lastSeenAt: number | null
    }
    NewUser: {
      email: string
      name: string
      role: "owner" | "operator" | "viewer"
      /** At least 10 characters; without one nobody signs in as this user yet */
      password?: string
    }
    ChangedUser: {
      email?: string
      name?: string
      role?: "owner" | "operator" | "viewer"
    }
    NewPassword: {
      password: string
    }
    OwnPassword: {
      current: string
      password: string
    }
    Session: {
      /** code: signed in with the code from the terminal */
      kind: "key" | "user" | "code"
      id: string
      name: string
      role: "owner" | "operator" | "viewer"
      scopes: ("admin" | "calls:read" | "calls:write" | "config:read" | "config:write")[]
    }
    SignIn: {
      key: string
    } | {
      email: string
      password: string
    } | {
      code: string
    }
    NewStreamAddress: {
      /** Who answers */
      agent?: string
      /** A number of the connection, by its id: whoever answers it answers */
      number?: string
      /** How long it is good. Default: until it is revoked */
      ttlSeconds?: number
    }
    StreamAddress: {
      /** With the token in it, for carriers that hand back nothing else */
      address: string
      /** Without it: give the token as a parameter, header or credential then */
      url: string
      /** A secret, good for any number of calls of this connection */
      token: string
      expiresAt?: string
    }
  }
}

export interface paths {
  '/v1/providers': {
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Provider'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewConnectionInput'] } }
      responses: {
        201: { content: { 'application/json': components['schemas']['Connection'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Connection'])[]
            next: string | null
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Connection'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    put: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            name: string
            settings: Record<string, unknown>
          } } }
      responses: {
        200: { content: { 'application/json': components['schemas']['Connection'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}/default': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Connection'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}/test': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            ok: boolean
            /** What the carrier says, and what to do */
            message: string
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/lines': {
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['LineStanding'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/lines/live': {
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['LineStanding'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/capture': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': unknown } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/numbers': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewPhoneNumberInput'] } }
      responses: {
        201: { content: { 'application/json': components['schemas']['PhoneNumber'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['PhoneNumber'])[]
            next: string | null
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/numbers/{id}': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['PhoneNumber'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    patch: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            agent?: string | null
            label?: string | null
            point?: boolean
          } } }
      responses: {
        200: { content: { 'application/json': components['schemas']['PhoneNumber'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: { release?: string }; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}/numbers': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['CarrierNumber'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}/numbers/available': {
    get: {
      parameters: { query?: { country?: string; areaCode?: string; contains?: string; kind?: "local" | "toll-free" | "mobile"; limit?: number }; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['CarrierNumber'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}/numbers/buy': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            number: string
            agent?: string
          } } }
      responses: {
        201: { content: { 'application/json': components['schemas']['PhoneNumber'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/connections/{id}/stream-addresses': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewStreamAddressInput'] } }
      responses: {
        201: { content: { 'application/json': components['schemas']['StreamAddress'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/agents': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewAgentInput'] } }
      responses: {
        201: { content: { 'application/json': components['schemas']['Agent'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Agent'])[]
            next: string | null
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/agents/{id}': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Agent'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    put: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewAgentInput'] } }
      responses: {
        200: { content: { 'application/json': components['schemas']['Agent'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewCallInput'] } }
      responses: {
        202: { content: { 'application/json': components['schemas']['Call'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: { limit?: number; cursor?: string; status?: "queued" | "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no-answer" | "failed" | "canceled"; direction?: "inbound" | "outbound"; agent?: string; connection?: string; carrier?: string; from?: string; to?: string; since?: number; until?: number; recorded?: "true" | "false"; endReason?: "caller-hangup" | "agent-hangup" | "api-hangup" | "transferred" | "voicemail-left" | "idle" | "max-duration" | "ring-timeout" | "media-lost" | "media-never-opened" | "agent-failed" | "carrier-failed" | "rejected" | "busy" | "no-answer" | "canceled" | "shutdown" | "completed" }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Call'])[]
            next: string | null
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/bulk': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            /** Each as POST /v1/calls takes it */
            calls: (Record<string, unknown>)[]
          } } }
      responses: {
        202: { content: { 'application/json': {
            /** One per call, in the order given */
            items: ({
              ok: true
              call: components['schemas']['Call']
            } | {
              ok: false
              error: {
                /** See docs/errors.md */
                code: string
                /** What failed, with which value, and what to do */
                message: string
                details: Record<string, unknown>
              }
            })[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['CallInFull'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/events': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Event'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/messages': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Message'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/metrics': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Metric'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            items: (components['schemas']['NewMetricInput'])[]
          } } }
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/recording/carrier': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': unknown } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/recording': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': unknown } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/recording/peaks': {
    get: {
      parameters: { query?: { points?: number }; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Peaks'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/listen': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': unknown } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/wire': {
    get: {
      parameters: { query?: { after?: number }; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['WireMessage'])[]
            counts: components['schemas']['WireTally']
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/redact': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Call'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/hangup': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        202: { content: { 'application/json': components['schemas']['Taken'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/transfer': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            to: string
            timeoutSeconds?: number
          } } }
      responses: {
        202: { content: { 'application/json': components['schemas']['Taken'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/digits': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            digits: string
          } } }
      responses: {
        202: { content: { 'application/json': components['schemas']['Taken'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/record': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            action: "start" | "stop" | "pause" | "resume"
            recording?: string
          } } }
      responses: {
        202: { content: { 'application/json': components['schemas']['Taken'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/calls/{id}/play': {
    post: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            /** Said in the agent's voice */
            text?: string
            /** A WAV file of up to 3 MB and two minutes, any rate */
            audio?: string
            /** Where such a file is */
            url?: string
            /** Stops what the agent is saying; else it is finished first */
            interrupt?: boolean
          } } }
      responses: {
        202: { content: { 'application/json': components['schemas']['Taken'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/events': {
    get: {
      parameters: { query?: { after?: number; call?: string }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/webhooks': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewWebhookInput'] } }
      responses: {
        201: { content: { 'application/json': {
            id: string
            url: string
            events: (string)[]
            enabled: boolean
            /** ms since 1970 */
            createdAt: number
            secret: string
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Webhook'])[]
            next: string | null
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/webhooks/{id}': {
    put: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewWebhookInput'] } }
      responses: {
        200: { content: { 'application/json': components['schemas']['Webhook'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/webhooks/{id}/deliveries': {
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Delivery'])[]
            next: string | null
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/webhooks/{id}/deliveries/live': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Delivery'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/webhooks/{id}/deliveries/{delivery}/resend': {
    post: {
      parameters: { query?: never; path: { id: string; delivery: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        202: { content: { 'application/json': components['schemas']['Delivery'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/keys': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewApiKeyInput'] } }
      responses: {
        201: { content: { 'application/json': {
            id: string
            name: string
            prefix: string
            scopes: (string)[]
            /** ms since 1970 */
            createdAt: number
            lastUsedAt: number | null
            revokedAt: number | null
            secret: string
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['ApiKey'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/keys/{id}': {
    delete: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/users': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewUserInput'] } }
      responses: {
        201: { content: { 'application/json': components['schemas']['User'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['User'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/users/{id}': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['User'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    patch: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['ChangedUserInput'] } }
      responses: {
        200: { content: { 'application/json': components['schemas']['User'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/users/{id}/password': {
    put: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewPasswordInput'] } }
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/session': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['SignInInput'] } }
      responses: {
        200: { content: { 'application/json': components['schemas']['Session'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Session'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    delete: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/session/password': {
    put: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['OwnPasswordInput'] } }
      responses: {
        204: { content?: never }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/settings': {
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Settings'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
    put: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['SettingsInput'] } }
      responses: {
        200: { content: { 'application/json': components['schemas']['Settings'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/prices': {
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['PriceInForce'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/overview': {
    get: {
      parameters: { query?: { since?: number }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Overview'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/live': {
    get: {
      parameters: { query?: { call?: string; after?: number }; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Levels'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/simulators': {
    get: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': {
            items: (components['schemas']['Simulator'])[]
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/simulators/{carrier}/calls': {
    post: {
      parameters: { query?: never; path: { carrier: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewSimulationInput'] } }
      responses: {
        202: { content: { 'application/json': components['schemas']['Simulation'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/simulators/calls/{simulation}/acts': {
    post: {
      parameters: { query?: never; path: { simulation: string }; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': {
            script: (components['schemas']['ActInput'])[]
          } } }
      responses: {
        202: { content: { 'application/json': {
            /** Acts that are still to come */
            waiting: number
          } } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
  '/v1/grants': {
    post: {
      parameters: { query?: never; path?: never; header?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewGrantInput'] } }
      responses: {
        201: { content: { 'application/json': components['schemas']['Grant'] } }
        default: { content: { 'application/json': components['schemas']['Failure'] } }
      }
    }
  }
}
