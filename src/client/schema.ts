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
      status: "waiting" | "delivered" | "given-up"
      attempts: number
      /** ms since 1970 */
      nextAt: number
      lastStatus: number | null
      lastError: string | null
      /** ms since 1970 */
      createdAt: number
    }
    TakenInput: {
      /** Stands in the events that follow */
      id: string
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
      status: "waiting" | "delivered" | "given-up"
      attempts: number
      /** ms since 1970 */
      nextAt: number
      lastStatus: number | null
      lastError: string | null
      /** ms since 1970 */
      createdAt: number
    }
    Taken: {
      /** Stands in the events that follow */
      id: string
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
            message: string
          } } }
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
      parameters: { query?: { limit?: number; cursor?: string; status?: "queued" | "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no-answer" | "failed" | "canceled"; direction?: "inbound" | "outbound"; agent?: string; connection?: string; from?: string; to?: string; since?: number; until?: number }; path?: never; header?: never; cookie?: never }
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
  '/v1/calls/{id}': {
    get: {
      parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }
      requestBody?: never
      responses: {
        200: { content: { 'application/json': components['schemas']['Call'] } }
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
            text: string
          } } }
      responses: {
        204: { content?: never }
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
}
