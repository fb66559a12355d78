// Generated from src/messages/en by `npm run generate`.

export interface Messages {
  readonly audit: {
    readonly title: string
    readonly lead: string
    readonly noAccess: string
    readonly noAccessText: (parameters: { created: string; updated: string }) => string
    readonly none: string
    readonly noneText: string
    readonly more: string
    readonly hidden: string
    readonly changes: string
    readonly value: string
    readonly from: (parameters: { address: string }) => string
    readonly system: string
    readonly operator: string
    readonly key: (parameters: { name: string }) => string
    readonly keyId: (parameters: { id: string }) => string
    readonly user: (parameters: { id: string }) => string
    readonly session: (parameters: { opener: string }) => string
    readonly link: (parameters: { opener: string }) => string
    readonly openers: {
      readonly 'the service key': string
      readonly 'a token': string
    }
    readonly sessionUnknown: string
    readonly commandLine: string
    readonly database: (parameters: { name: string }) => string
    readonly databaseUnknown: string
    readonly actions: {
      readonly created: string
      readonly updated: string
      readonly deleted: string
      readonly enabled: string
      readonly disabled: string
      readonly deactivated: string
      readonly secret_changed: string
    }
    readonly fields: {
      readonly name: string
      readonly url: string
      readonly events: string
      readonly is_active: string
      readonly secret: string
      readonly secret_hint: string
      readonly previous_secret_until: string
      readonly signature_type: string
      readonly description: string
      readonly filter: string
      readonly headers: string
      readonly timeout_ms: string
      readonly rate_limit: string
      readonly max_in_flight: string
      readonly ordering: string
      readonly coalesce: string
      readonly ignore_origins: string
      readonly redact: string
      readonly format: string
      readonly payload: string
      readonly transform: string
      readonly transform_tests: string
      readonly disabled_reason: string
      readonly disabled_at: string
    }
  }
  readonly auth: {
    readonly title: string
    readonly text: string
    readonly hidden: string
    readonly change: string
    readonly none: string
    readonly noneText: string
    readonly oauth2: string
    readonly oauth2Text: string
    readonly mtls: string
    readonly mtlsText: string
    readonly type: string
    readonly tokenUrl: string
    readonly clientId: string
    readonly clientSecret: string
    readonly scope: string
    readonly scopeHint: string
    readonly audience: string
    readonly audienceHint: string
    readonly certificate: string
    readonly certificateHint: string
    readonly key: string
    readonly keyHint: string
    readonly subject: string
    readonly issuer: string
    readonly expires: string
    readonly fingerprint: string
    readonly expired: string
    readonly expiring: (parameters: { days: number }) => string
    readonly expiryText: (parameters: { end: string }) => string
    readonly expiredShort: string
    readonly expiresShort: (parameters: { days: number }) => string
  }
  readonly checkup: {
    readonly title: string
    readonly action: string
    readonly checking: string
    readonly underWay: string
    readonly none: string
    readonly otherUrl: string
    readonly results: {
      readonly pass: string
      readonly warn: string
      readonly fail: string
    }
    readonly status: {
      readonly pass: string
      readonly warn: string
      readonly fail: string
      readonly skipped: string
    }
    readonly passed: (parameters: { count: number }) => string
    readonly skipped: (parameters: { count: number }) => string
    readonly names: {
      readonly reachable: string
      readonly tls: string
      readonly response_time: string
      readonly keep_alive: string
      readonly signed_test: string
      readonly wrong_signature: string
      readonly missing_signature: string
      readonly old_timestamp: string
      readonly repeated_id: string
      readonly unknown_event: string
      readonly emoji: string
      readonly large_body: string
    }
  }
  readonly allDeliveries: {
    readonly link: string
    readonly title: string
    readonly lead: string
  }
  readonly status: {
    readonly delivered: string
    readonly pending: string
    readonly retrying: string
    readonly failed: string
    readonly filtered: string
    readonly cancelled: string
    readonly test: string
    readonly testPassed: string
    readonly testFailed: string
  }
  readonly keptBack: {
    readonly filtered: string
    readonly origin: string
    readonly transform: string
    readonly superseded: string
    readonly 'sync cancelled': string
  }
  readonly deliveries: {
    readonly live: string
    readonly liveState: {
      readonly connecting: string
      readonly live: string
      readonly off: string
    }
    readonly paused: string
    readonly filters: string
    readonly status: string
    readonly anyStatus: string
    readonly event: string
    readonly anyEvent: string
    readonly code: string
    readonly anyCode: string
    readonly noCode: string
    readonly otherCode: string
    readonly record: string
    readonly period: string
    readonly anyTime: string
    readonly periods: {
      readonly hour: string
      readonly day: string
      readonly week: string
      readonly month: string
    }
    readonly custom: string
    readonly from: string
    readonly to: string
    readonly clear: string
    readonly list: string
    readonly webhook: string
    readonly deleted: string
    readonly answer: string
    readonly attempts: string
    readonly again: string
    readonly attemptCount: (parameters: { count: number }) => string
    readonly when: string
    readonly more: string
    readonly none: string
    readonly noneText: string
    readonly noMatch: string
  }
  readonly redeliver: {
    readonly menu: string
    readonly failed: string
    readonly failedText: string
    readonly missed: string
    readonly missedText: string
    readonly lastHour: string
    readonly everyEvent: string
    readonly counting: string
    readonly uncounted: string
    readonly countFailed: (parameters: { count: number }) => string
    readonly countMissed: (parameters: { count: number }) => string
    readonly off: string
    readonly start: string
    readonly startCount: (parameters: { count: number }) => string
    readonly cancel: string
    readonly progress: string
    readonly outcome: {
      readonly delivered: (parameters: { count: number }) => string
      readonly failed: (parameters: { count: number }) => string
      readonly pending: (parameters: { count: number }) => string
    }
    readonly leftOut: (parameters: { count: number }) => string
    readonly state: {
      readonly retry_failed: {
        readonly running: (parameters: { progress: string }) => string
        readonly completed: (parameters: { queued: number }) => string
        readonly cancelled: (parameters: { queued: number }) => string
      }
      readonly replay_events: {
        readonly running: (parameters: { progress: string }) => string
        readonly completed: (parameters: { queued: number }) => string
        readonly cancelled: (parameters: { queued: number }) => string
      }
    }
    readonly progressOf: (parameters: { queued: number; matched: number }) => string
  }
  readonly drawer: {
    readonly title: string
    readonly previous: string
    readonly next: string
    readonly link: string
    readonly linkCopied: string
    readonly gone: string
    readonly retry: string
    readonly sendAgain: string
    readonly retried: {
      readonly success: string
      readonly failed: string
      readonly successCode: (parameters: { code: string }) => string
      readonly failedCode: (parameters: { code: string }) => string
    }
    readonly curl: string
    readonly curlCopied: string
    readonly curlCopiedHidden: string
    readonly changed: string
    readonly field: string
    readonly before: string
    readonly after: string
    readonly empty: string
    readonly history: string
    readonly origin: (parameters: { name: string }) => string
    readonly timeline: string
    readonly response: string
    readonly responseOf: (parameters: { attempt: number }) => string
    readonly responseCode: string
    readonly responseHeaders: string
    readonly responseBody: string
    readonly request: string
    readonly requestOf: (parameters: { attempt: number }) => string
    readonly requestHeaders: string
    readonly requestBody: string
    readonly answered: (parameters: { code: string; time: string }) => string
    readonly noAnswer: string
    readonly emptyBody: string
    readonly nothingSent: string
    readonly notSent: {
      readonly filtered: string
      readonly cancelled: string
    }
  }
  readonly timeline: {
    readonly attempt: (parameters: { attempt: number }) => string
    readonly trigger: {
      readonly event: string
      readonly retry: string
      readonly manual: string
      readonly replay: string
      readonly sync: string
      readonly test: string
    }
    readonly next: string
    readonly held: string
    readonly heldText: string
    readonly end: {
      readonly pending: string
      readonly retrying: string
      readonly failed: string
      readonly cancelled: string
      readonly filtered: string
    }
  }
  readonly existing: {
    readonly menu: string
    readonly title: string
    readonly text: string
    readonly kinds: string
    readonly many: string
    readonly isOpen: string
    readonly none: string
    readonly offer: string
    readonly offers: {
      readonly contact: (parameters: { count: number }) => string
      readonly deal: (parameters: { count: number }) => string
      readonly conversation: (parameters: { count: number }) => string
      readonly message: (parameters: { count: number }) => string
      readonly meeting: (parameters: { count: number }) => string
    }
    readonly offerText: string
    readonly send: string
    readonly notNow: string
    readonly progress: string
    readonly state: {
      readonly running: string
      readonly paused: string
      readonly done: string
      readonly cancelled: string
    }
    readonly sentOf: (parameters: { sent: number; matched: number }) => string
    readonly sent: (parameters: { sent: number }) => string
    readonly failed: (parameters: { count: number }) => string
    readonly notSent: (parameters: { count: number }) => string
    readonly left: (parameters: { time: string }) => string
    readonly pause: string
    readonly resume: string
    readonly cancel: string
    readonly cancelTitle: string
    readonly cancelAction: string
    readonly keep: string
    readonly cancelWaiting: string
    readonly cancelSent: string
    readonly pausedText: string
    readonly heldText: string
    readonly offText: string
  }
  readonly export: {
    readonly action: string
    readonly title: string
    readonly text: (parameters: { rows: number; size: string }) => string
    readonly content: string
    readonly deliveries: string
    readonly deliveriesText: string
    readonly attempts: string
    readonly attemptsText: string
    readonly format: string
    readonly csv: string
    readonly csvHint: string
    readonly json: string
    readonly jsonHint: string
    readonly start: string
    readonly stop: string
    readonly progress: (parameters: { rows: number; size: string; oldest: string }) => string
    readonly begins: string
    readonly done: (parameters: { rows: number; name: string }) => string
    readonly none: (parameters: { name: string }) => string
    readonly cut: (parameters: { rows: number }) => string
    readonly cutText: (parameters: { name: string; oldest: string }) => string
    readonly failed: string
    readonly saveAgain: string
  }
  readonly create: {
    readonly action: string
    readonly title: string
    readonly lead: string
    readonly save: string
    readonly copyOf: (parameters: { name: string }) => string
  }
  readonly setup: {
    readonly title: string
    readonly secret: string
    readonly next: string
    readonly code: string
    readonly done: string
    readonly doneSecret: string
  }
  readonly leave: {
    readonly title: string
    readonly text: string
    readonly action: string
    readonly stay: string
  }
  readonly form: {
    readonly endpoint: string
    readonly endpointText: string
    readonly name: string
    readonly namePlaceholder: string
    readonly urlLabel: string
    readonly url: {
      readonly empty: string
      readonly unfinished: string
      readonly notHttps: string
      readonly plainHttp: string
      readonly credentials: string
      readonly fragment: string
      readonly checking: string
      readonly fine: string
    }
    readonly description: string
    readonly descriptionPlaceholder: string
    readonly active: string
    readonly activeOn: string
    readonly activeOff: string
    readonly advanced: string
    readonly advancedText: string
    readonly limits: string
    readonly limitsText: string
    readonly timeout: string
    readonly timeoutHint: string
    readonly rate: string
    readonly rateHint: string
    readonly inFlight: string
    readonly inFlightHint: string
    readonly origins: string
    readonly originsHint: string
    readonly originsPlaceholder: string
    readonly redact: string
    readonly redactHint: string
    readonly redactPlaceholder: string
    readonly save: string
    readonly saved: string
    readonly unsaved: string
    readonly discard: string
    readonly restored: string
    readonly restoredText: string
    readonly correct: string
  }
  readonly events: {
    readonly title: string
    readonly text: string
    readonly every: string
    readonly search: string
    readonly chosen: (parameters: { chosen: number; all: number }) => string
    readonly chosenShort: (parameters: { chosen: number; all: number }) => string
    readonly allOf: (parameters: { wildcard: string }) => string
    readonly example: (parameters: { event: string }) => string
    readonly nothingFound: string
    readonly operational: string
    readonly notPartOfEvery: string
    readonly operationalTexts: {
      readonly 'webhook.failing': string
      readonly 'webhook.deactivated': string
      readonly 'webhook.recovered': string
      readonly 'delivery.exhausted': string
    }
    readonly categories: {
      readonly contact: string
      readonly deal: string
      readonly conversation: string
      readonly message: string
      readonly broadcast: string
      readonly zoom: string
    }
  }
  readonly filter: {
    readonly title: string
    readonly text: string
    readonly every: string
    readonly only: string
    readonly json: string
    readonly jsonLabel: string
    readonly jsonHint: string
    readonly match: string
    readonly all: string
    readonly any: string
    readonly add: string
    readonly condition: (parameters: { position: number }) => string
    readonly field: (parameters: { position: number }) => string
    readonly operator: (parameters: { position: number }) => string
    readonly value: (parameters: { position: number }) => string
    readonly remove: (parameters: { position: number }) => string
    readonly choose: string
    readonly yes: string
    readonly no: string
    readonly valuePlaceholder: string
    readonly listPlaceholder: string
    readonly operators: {
      readonly is: string
      readonly isNot: string
      readonly isOneOf: string
      readonly over: string
      readonly atLeast: string
      readonly under: string
      readonly atMost: string
      readonly includes: string
      readonly lacks: string
      readonly was: string
      readonly isSet: string
      readonly isEmpty: string
    }
  }
  readonly preview: {
    readonly matched: (parameters: { matched: number; of: number }) => string
    readonly nothingYet: string
    readonly chooseEvents: string
    readonly sample: string
  }
  readonly fields: {
    readonly stage: string
    readonly status: string
    readonly value: string
    readonly currency: string
    readonly pipeline: string
    readonly title: string
    readonly expected_close_date: string
    readonly assigned_to: string
    readonly contact_id: string
    readonly conversation_id: string
    readonly broadcast_id: string
    readonly first_name: string
    readonly last_name: string
    readonly email: string
    readonly phone: string
    readonly company: string
    readonly tags: string
    readonly channel: string
    readonly subject: string
    readonly priority: string
    readonly direction: string
    readonly type: string
    readonly body: string
    readonly media_url: string
    readonly error: string
    readonly external_id: string
    readonly recording_status: string
    readonly duration_minutes: string
    readonly share_url: string
  }
  readonly fieldOwn: (parameters: { name: string }) => string
  readonly secret: {
    readonly title: string
    readonly text: string
    readonly generate: string
    readonly generateText: string
    readonly own: string
    readonly ownText: string
    readonly none: string
    readonly noneText: string
    readonly label: string
    readonly rules: string
    readonly copy: string
    readonly signed: string
    readonly unsigned: string
    readonly add: string
    readonly remove: string
    readonly rotate: string
    readonly rotateTitle: string
    readonly rotateText: string
    readonly overlapLabel: string
    readonly overlapHint: string
    readonly noOverlap: string
    readonly newTitle: string
    readonly overlap: (parameters: { left: string }) => string
    readonly overlapText: (parameters: { until: string }) => string
    readonly removeTitle: string
    readonly removeText: string
    readonly removed: string
  }
  readonly signature: {
    readonly title: string
    readonly text: string
    readonly type: string
    readonly hmac: string
    readonly hmacText: string
    readonly ed25519: string
    readonly ed25519Text: string
    readonly keyTitle: string
    readonly signed: string
    readonly noSecret: string
    readonly noKey: string
    readonly publicKey: string
    readonly replaced: (parameters: { until: string }) => string
    readonly copy: string
    readonly copyReplaced: string
    readonly rotateTitle: string
    readonly rotateText: string
    readonly overlapHint: string
    readonly noOverlap: string
    readonly rotated: string
    readonly keySet: string
  }
  readonly headers: {
    readonly title: string
    readonly text: string
    readonly hidden: string
    readonly change: string
    readonly add: string
    readonly name: (parameters: { position: number }) => string
    readonly value: (parameters: { position: number }) => string
    readonly remove: (parameters: { position: number }) => string
  }
  readonly brand: string
  readonly settings: string
  readonly webhooks: string
  readonly close: string
  readonly cancel: string
  readonly dismiss: string
  readonly loading: string
  readonly optional: string
  readonly tryAgain: string
  readonly signOut: string
  readonly skipToContent: string
  readonly notifications: string
  readonly copied: string
  readonly copyFailed: string
  readonly copyOf: (parameters: { what: string }) => string
  readonly body: {
    readonly kinds: {
      readonly json: string
      readonly text: string
      readonly binary: string
    }
    readonly cut: (parameters: { kept: string }) => string
    readonly cutOf: (parameters: { kept: string; whole: string }) => string
    readonly download: (parameters: { what: string }) => string
  }
  readonly readOnly: string
  readonly offline: string
  readonly offlineText: string
  readonly capture: {
    readonly label: string
    readonly missing: (parameters: { table: string }) => string
    readonly drifted: (parameters: { table: string }) => string
  }
  readonly errors: {
    readonly unreachable: string
    readonly unreachableText: string
    readonly tooMany: string
    readonly tooManyText: string
    readonly unexpected: string
  }
  readonly theme: {
    readonly label: string
    readonly system: string
    readonly light: string
    readonly dark: string
  }
  readonly language: {
    readonly label: string
    readonly auto: (parameters: { language: string }) => string
    readonly current: (parameters: { language: string }) => string
  }
  readonly signIn: {
    readonly title: string
    readonly text: string
    readonly key: string
    readonly keyHint: string
    readonly action: string
    readonly wrongKey: string
    readonly link: string
    readonly ended: string
    readonly endedText: string
    readonly continue: string
    readonly atHost: (parameters: { name: string }) => string
    readonly withKey: string
    readonly linkRefused: string
    readonly linkRefusedText: string
    readonly linkRefusedAtHost: string
    readonly cookieBlocked: string
    readonly cookieBlockedText: (parameters: { host: string }) => string
  }
  readonly organization: {
    readonly current: (parameters: { name: string }) => string
    readonly all: string
    readonly choose: string
    readonly chooseText: string
    readonly search: string
    readonly first: string
    readonly firstText: string
    readonly name: string
    readonly namePlaceholder: string
    readonly create: string
    readonly elsewhereText: string
    readonly id: string
    readonly idWrong: string
    readonly open: string
  }
  readonly faults: {
    readonly title: (parameters: { count: number }) => string
    readonly of: (parameters: { name: string; count: number }) => string
    readonly ofNone: (parameters: { count: number }) => string
    readonly fix: string
    readonly last: string
  }
  readonly list: {
    readonly lead: string
    readonly summary: string
    readonly endpointsWell: string
    readonly allWell: string
    readonly allOff: string
    readonly active: (parameters: { count: number }) => string
    readonly disabledCount: (parameters: { count: number }) => string
    readonly troubled: (parameters: { bad: number; all: number }) => string
    readonly sent: string
    readonly successful: string
    readonly typical: string
    readonly queued: (parameters: { count: number }) => string
    readonly held: (parameters: { count: number }) => string
    readonly nothingYet: string
    readonly lastResult: {
      readonly success: string
      readonly failed: string
      readonly successCode: (parameters: { code: string }) => string
      readonly failedCode: (parameters: { code: string }) => string
    }
    readonly everyEvent: string
    readonly moreEvents: (parameters: { count: number }) => string
    readonly dayInWords: (parameters: { attempts: number; failed: number }) => string
    readonly dayShort: (parameters: { rate: string; attempts: number }) => string
    readonly quietDay: string
    readonly failingShare: (parameters: { share: string }) => string
    readonly moreTroubled: (parameters: { count: number }) => string
    readonly sharedBy: (parameters: { count: number }) => string
    readonly find: string
    readonly search: string
    readonly health: string
    readonly anyHealth: string
    readonly healthFilter: {
      readonly attention: (parameters: { count: number }) => string
      readonly healthy: (parameters: { count: number }) => string
      readonly off: (parameters: { count: number }) => string
    }
    readonly order: string
    readonly orders: {
      readonly attention: string
      readonly name: string
      readonly newest: string
      readonly traffic: string
    }
    readonly found: (parameters: { shown: number; all: number }) => string
    readonly nothingFound: string
    readonly nothingFoundText: string
    readonly select: (parameters: { name: string }) => string
    readonly selectAll: string
    readonly selection: string
    readonly selected: (parameters: { count: number }) => string
    readonly unselect: string
    readonly enable: string
    readonly disable: string
    readonly enabled: (parameters: { count: number }) => string
    readonly disabled: (parameters: { count: number }) => string
    readonly disableTitle: (parameters: { count: number }) => string
    readonly disableText: string
    readonly retryTitle: (parameters: { count: number }) => string
    readonly retryText: string
    readonly retried: (parameters: { count: number }) => string
  }
  readonly condition: {
    readonly healthy: string
    readonly unused: string
    readonly unreliable: string
    readonly failing: string
    readonly recovering: string
    readonly held: string
    readonly off: string
    readonly switchedOff: string
  }
  readonly first: {
    readonly tryTitle: string
    readonly tryText: string
    readonly tryAction: string
    readonly ownTitle: string
    readonly ownText: string
    readonly webhookName: string
    readonly guideTitle: string
    readonly stepInbox: string
    readonly stepWebhook: string
    readonly stepTest: string
    readonly stepArrived: string
    readonly state: {
      readonly done: string
      readonly active: string
      readonly waiting: string
      readonly failed: string
    }
    readonly secretText: string
    readonly tested: (parameters: { code: string; time: string }) => string
    readonly testedSilent: (parameters: { time: string }) => string
    readonly next: string
    readonly pointElsewhere: string
    readonly seeCode: string
    readonly done: string
  }
  readonly inbox: {
    readonly title: string
    readonly text: string
    readonly nothing: string
    readonly older: (parameters: { count: number }) => string
    readonly expires: (parameters: { left: string }) => string
    readonly signature: {
      readonly valid: string
      readonly invalid: string
      readonly unsigned: string
      readonly unknown: string
    }
  }
  readonly order: {
    readonly title: string
    readonly text: string
    readonly ordering: string
    readonly orderingHint: string
    readonly coalesce: string
    readonly coalesceHint: string
    readonly factsTitle: string
    readonly perRecord: string
    readonly perRecordText: string
    readonly mergedText: string
    readonly values: {
      readonly record: string
      readonly none: string
    }
  }
  readonly shape: {
    readonly title: string
    readonly text: string
    readonly format: string
    readonly formats: {
      readonly connectgain: string
      readonly cloudevents: string
      readonly 'cloudevents-binary': string
      readonly slack: string
      readonly teams: string
      readonly discord: string
      readonly google_chat: string
      readonly transform: string
    }
    readonly hints: {
      readonly connectgain: string
      readonly cloudevents: string
      readonly 'cloudevents-binary': string
      readonly transform: string
    }
    readonly chatHint: string
    readonly thin: string
    readonly thinText: string
    readonly notThin: string
    readonly transform: string
    readonly transformHint: string
    readonly previewOf: string
    readonly recent: string
    readonly examples: string
    readonly sent: string
    readonly skipped: string
    readonly place: (parameters: { line: number; column: number; problem: string }) => string
    readonly tests: string
    readonly testsText: string
    readonly addTest: string
    readonly testName: (parameters: { position: number }) => string
    readonly removeTest: (parameters: { position: number }) => string
    readonly passed: string
    readonly failed: string
  }
  readonly test: {
    readonly action: string
    readonly of: (parameters: { name: string }) => string
    readonly title: (parameters: { name: string }) => string
    readonly event: string
    readonly subscribed: string
    readonly others: string
    readonly alsoOff: string
    readonly payload: string
    readonly payloadHint: string
    readonly reset: string
    readonly notJson: string
    readonly send: string
    readonly sending: string
    readonly underWay: string
    readonly nothingYet: string
    readonly ok: string
    readonly failed: string
    readonly inLog: string
  }
  readonly active: {
    readonly of: (parameters: { name: string }) => string
    readonly on: string
    readonly off: string
    readonly onAction: string
    readonly offAction: string
    readonly offTitle: (parameters: { name: string }) => string
    readonly offNow: string
    readonly offWaiting: (parameters: { count: number }) => string
    readonly offLater: string
    readonly isOff: (parameters: { name: string }) => string
    readonly isOn: (parameters: { name: string }) => string
    readonly missed: (parameters: { name: string; count: number }) => string
    readonly seeMissed: string
  }
  readonly danger: {
    readonly title: string
    readonly copy: string
    readonly copyText: string
    readonly offText: string
    readonly onText: string
    readonly delete: string
    readonly deleteText: string
    readonly deleteTitle: (parameters: { name: string }) => string
    readonly deleteNow: string
    readonly deleteLog: string
    readonly deleted: (parameters: { name: string }) => string
  }
  readonly webhook: {
    readonly sections: string
    readonly tabs: {
      readonly overview: string
      readonly deliveries: string
      readonly settings: string
      readonly code: string
      readonly audit: string
    }
    readonly notFound: string
    readonly notFoundText: string
    readonly toList: string
    readonly wholeUrl: string
    readonly shortUrl: string
  }
  readonly facts: {
    readonly title: string
    readonly signature: string
    readonly hmac: string
    readonly hmacText: (parameters: { hint: string }) => string
    readonly ed25519: string
    readonly ed25519Text: string
    readonly unsigned: string
    readonly unsignedText: string
    readonly certificate: string
    readonly valid: string
    readonly until: (parameters: { end: string }) => string
    readonly endsOn: (parameters: { day: string }) => string
    readonly expired: string
    readonly plain: string
    readonly plainText: string
    readonly unseen: string
    readonly unseenText: string
    readonly auth: string
    readonly noAuth: string
    readonly noAuthText: string
    readonly headers: (parameters: { count: number }) => string
  }
  readonly certificate: {
    readonly expired: string
    readonly expires: (parameters: { days: number }) => string
    readonly text: (parameters: { end: string }) => string
    readonly expiredShort: string
    readonly expiresShort: (parameters: { days: number }) => string
  }
  readonly overview: {
    readonly title: string
    readonly range: string
    readonly ranges: {
      readonly '24h': string
      readonly '7d': string
      readonly '30d': string
    }
    readonly successRate: string
    readonly ofAttempts: (parameters: { count: number }) => string
    readonly failed: string
    readonly failedText: string
    readonly typical: string
    readonly noLatency: string
    readonly slowest: (parameters: { time: string }) => string
    readonly waiting: string
    readonly waitingText: string
    readonly heldText: string
    readonly heldDeliveries: string
    readonly offDeliveries: string
    readonly waitingOff: string
    readonly isOff: string
    readonly offText: string
    readonly failing: string
    readonly unreliable: string
    readonly recovering: string
    readonly held: string
    readonly edit: string
    readonly noAttempts: string
    readonly noAttemptsText: string
  }
  readonly charts: {
    readonly look: string
    readonly chart: string
    readonly table: string
    readonly deliveries: string
    readonly deliveriesInWords: (parameters: { ok: number; bad: number }) => string
    readonly bucket: (parameters: { time: string; ok: number; bad: number }) => string
    readonly succeeded: string
    readonly failed: string
    readonly rate: string
    readonly time: string
    readonly latency: string
    readonly latencyOverTime: string
    readonly latencyMedian: (parameters: { median: string }) => string
    readonly bucketQuiet: (parameters: { time: string }) => string
    readonly bucketLatency: (parameters: { time: string; p50: string; p95: string; p99: string }) => string
    readonly p50: string
    readonly p95: string
    readonly p99: string
    readonly reasons: string
  }
  readonly reasons: {
    readonly redirect: string
    readonly client_error: string
    readonly gone: string
    readonly rate_limited: string
    readonly server_error: string
    readonly timeout: string
    readonly connection_refused: string
    readonly connection_reset: string
    readonly unreachable: string
    readonly dns_failure: string
    readonly tls_failure: string
    readonly invalid_response: string
    readonly blocked_destination: string
    readonly secret_unreadable: string
    readonly not_sendable: string
    readonly transform_failed: string
    readonly transform_skipped: string
    readonly not_recordable: string
    readonly internal_error: string
    readonly network_error: string
  }
  readonly failures: {
    readonly title: string
    readonly all: string
    readonly times: (parameters: { count: number }) => string
    readonly line: (parameters: { event: string; error: string }) => string
  }
  readonly alerts: {
    readonly title: string
    readonly types: {
      readonly 'webhook.failing': string
      readonly 'webhook.deactivated': string
      readonly 'webhook.recovered': string
      readonly 'delivery.exhausted': string
    }
    readonly failing: (parameters: { share: string }) => string
    readonly exhausted: (parameters: { count: number }) => string
    readonly recipients: string
    readonly recipientsText: string
    readonly noMail: string
    readonly noMailText: string
    readonly address: string
    readonly language: string
    readonly add: string
    readonly remove: (parameters: { email: string }) => string
    readonly test: string
    readonly testSent: (parameters: { email: string }) => string
    readonly testSentText: string
    readonly testRefused: (parameters: { email: string }) => string
    readonly refusals: {
      readonly address_refused: string
      readonly mail_refused: string
      readonly auth_refused: string
      readonly tls_failure: string
      readonly timeout: string
      readonly offline: string
    }
  }
  readonly notSent: {
    readonly title: string
    readonly filtered: string
    readonly filteredText: string
    readonly inactive: string
    readonly inactiveText: string
    readonly notSubscribed: string
    readonly notSubscribedText: string
  }
  readonly code: {
    readonly title: string
    readonly text: string
    readonly language: string
    readonly sample: (parameters: { language: string }) => string
    readonly noSecret: string
    readonly noSecretText: string
    readonly headers: string
    readonly headersText: string
    readonly timestamp: string
    readonly id: string
    readonly delivery: string
    readonly attempt: string
    readonly trigger: string
    readonly signature: string
    readonly standardId: string
    readonly standardTimestamp: string
    readonly standardSignature: string
    readonly asymmetric: string
    readonly asymmetricText: string
    readonly asymmetricSignature: string
  }
}
