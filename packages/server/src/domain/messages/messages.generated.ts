// Written by `npm run generate` from en.json.

export interface MessageParams {
  'event.contact.created': null
  'event.contact.updated': null
  'event.contact.assigned': null
  'event.deal.created': null
  'event.deal.updated': null
  'event.deal.stage.changed': null
  'event.deal.assigned': null
  'event.conversation.created': null
  'event.conversation.assigned': null
  'event.conversation.status.changed': null
  'event.message.received': null
  'event.message.sent': null
  'event.message.delivered': null
  'event.message.read': null
  'event.message.failed': null
  'event.broadcast.response': null
  'event.zoom.recording.completed': null
  'response.statusBut': { status: number; problem: string }
  'response.status': { status: number }
  'timeout.connecting': { limit: number }
  'timeout.waiting': { limit: number }
  'timeout.heading': { limit: number }
  'timeout.reading': { limit: number }
  'timeout.interim': { limit: number }
  'timeout.connectingInTime': null
  'timeout.waitingInTime': null
  'timeout.headingInTime': null
  'timeout.readingInTime': null
  'timeout.connectingAdvice': null
  'timeout.waitingAdvice': null
  'timeout.headingAdvice': null
  'timeout.readingAdvice': null
  'timeout.advice': null
  'refused.cause': null
  'refused.advice': null
  'reset.connecting': null
  'reset.connectingAdvice': null
  'reset.reading': null
  'reset.body': null
  'reset.bodyBytes': { bytes: number; length: number }
  'reset.readingAdvice': null
  'reset.heading': null
  'reset.headingAdvice': null
  'reset.waiting': null
  'reset.waitingAdvice': null
  'reset.advice': null
  'unreachable.cause': null
  'unreachable.advice': null
  'dns.cause': null
  'dns.advice': null
  'dns.lookup': null
  'dns.lookupAdvice': null
  'network.full': null
  'network.fullAdvice': null
  'network.forbidden': null
  'network.forbiddenAdvice': null
  'network.cause': null
  'network.advice': null
  'blocked.advice': null
  'blocked.urlAdvice': null
  'blocked.resolves': { host: string; address: string }
  'tls.cause': null
  'tls.advice': null
  'tls.expired': null
  'tls.expiredAdvice': null
  'tls.early': null
  'tls.earlyAdvice': null
  'tls.selfSigned': null
  'tls.selfSignedAdvice': null
  'tls.otherHost': null
  'tls.otherHostAdvice': null
  'tls.chain': null
  'tls.chainAdvice': null
  'tls.revoked': null
  'tls.revokedAdvice': null
  'tls.client': null
  'tls.clientAdvice': null
  'tls.clientPathAdvice': null
  'tls.clientRefusedAdvice': null
  'tls.clientExpired': null
  'tls.clientExpiredAdvice': null
  'tls.clientRevoked': null
  'tls.clientRevokedAdvice': null
  'tls.clientIssuer': null
  'tls.clientIssuerAdvice': null
  'tls.clientRefused': null
  'tls.clientUseAdvice': null
  'tls.http2': null
  'tls.http2Advice': null
  'tls.noProtocol': null
  'tls.noProtocolAdvice': null
  'tls.unknownHost': null
  'tls.unknownHostAdvice': null
  'tls.oldVersion': null
  'tls.oldVersionAdvice': null
  'tls.none': null
  'tls.noneAdvice': null
  'tls.handshake': null
  'tls.handshakeAdvice': null
  'status.cloudflareChallenge': null
  'status.notModified': null
  'status.redirectNowhere': null
  'status.redirect': { location: string }
  'status.redirectAdvice': null
  'status.httpsPort': null
  'status.badRequest': null
  'status.unauthorized': null
  'status.notFound': null
  'status.method': null
  'status.gone': null
  'status.tooLarge': null
  'status.mediaType': null
  'status.upgrade': null
  'status.rateLimited': null
  'status.clientError': null
  'status.httpVersion': null
  'status.serverError': null
  'status.overloaded': null
  'cloudflare.520': null
  'cloudflare.521': null
  'cloudflare.522': null
  'cloudflare.523': null
  'cloudflare.524': null
  'cloudflare.525': null
  'cloudflare.526': null
  'cloudflare.527': null
  'cloudflare.530': null
  'invalid.cause': null
  'invalid.malformed': null
  'invalid.advice': null
  'invalid.lengthTwice': null
  'invalid.length': null
  'invalid.lengthAdvice': null
  'invalid.chunkLong': null
  'invalid.chunkSize': null
  'invalid.chunkAdvice': null
  'invalid.statusLine': null
  'invalid.notHttp': null
  'invalid.notHttpQuoted': { text: string }
  'invalid.header': null
  'invalid.headerAdvice': null
  'invalid.headersLarge': null
  'invalid.headersLargeAdvice': null
  'invalid.upgrade': null
  'invalid.upgradeAdvice': null
  'invalid.lineEnds': null
  'invalid.lineEndsAdvice': null
  'invalid.httpsPort': null
  'invalid.httpsPortAdvice': null
  'invalid.folded': null
  'invalid.foldedAdvice': null
  'own.secret': null
  'own.notSendable': null
  'own.transformFailed': null
  'own.transformSkipped': null
  'own.transformNothing': null
  'own.transformPlace': { line: number; column: number; problem: string }
  'own.transformSteps': null
  'own.transformTime': { seconds: number }
  'own.transformMemory': { size: number }
  'own.transformDeep': null
  'own.transformNoFunction': null
  'own.transformPromise': null
  'own.transformNoJson': { type: string }
  'own.transformLong': { bytes: number; most: number }
  'own.notRecordable': null
  'own.defect': null
  'own.notBuilt': { problem: string }
  'http2.request': { why: string; name: string }
  'http2.connection': { why: string; name: string }
  'http2.requestAdvice': { why: string; advice: string }
  'http2.connectionAdvice': { why: string; advice: string }
  'http2.why.none': null
  'http2.why.protocol': null
  'http2.why.internal': null
  'http2.why.flow': null
  'http2.why.settings': null
  'http2.why.closed': null
  'http2.why.frame': null
  'http2.why.refused': null
  'http2.why.cancel': null
  'http2.why.compression': null
  'http2.why.connect': null
  'http2.why.calm': null
  'http2.why.security': null
  'http2.why.http1': null
  'http2.why.unknown': null
  'http2.advice.restart': null
  'http2.advice.logs': null
  'http2.advice.versions': null
  'http2.advice.crash': null
  'http2.advice.load': null
  'http2.advice.overloaded': null
  'http2.advice.slow': null
  'http2.advice.proxy': null
  'http2.advice.limits': null
  'http2.advice.ciphers': null
  'http2.advice.http1': null
  'token.cause': null
  'token.advice': null
  'token.status': { status: number }
  'token.statusBecause': { status: number; problem: string }
  'token.noToken': null
  'token.badToken': null
  'token.notBearer': null
  'token.notJson': null
  'token.timeout': { limit: number }
  'token.timeoutAdvice': null
  'token.unreachable': { problem: string }
  'token.client': null
  'token.grant': null
  'token.scope': null
  'token.target': null
  'token.unauthorized': null
  'token.unsupported': null
  'token.redirect': null
  'token.refused': null
  'token.forbidden': null
  'token.notFound': null
  'token.limited': null
  'token.failed': null
  'token.unusable': null
  'token.about': { problem: string }
  'health.blamed': { reason: string; period: string; change: string }
  'alert.failing': { reason: string; share: number }
  'health.held': { failures: number; problem: string }
  'health.heldSince': { failures: number; time: string; problem: string }
  'health.degraded': { failures: number; problem: string }
  'health.paused': null
  'health.draining': null
  'health.disabling': { period: string; failures: number; problem: string }
  'alert.recovered': { failures: number }
  'alert.exhausted': { problem: string }
  'change.url': null
  'change.secret': null
  'change.headers': null
  'change.urlSecret': null
  'change.urlHeaders': null
  'change.secretHeaders': null
  'change.all': null
  'checkup.reached': null
  'checkup.notReached': null
  'checkup.notAccepted': null
  'checkup.notSent': null
  'checkup.noTime': null
  'checkup.noResponse': null
  'checkup.inboxTls': null
  'checkup.noTls': null
  'checkup.noTlsAdvice': null
  'checkup.tls': { version: string; days: number }
  'checkup.tlsAdvice': null
  'checkup.times': { count: number; median: number; slowest: number }
  'checkup.timesAdvice': null
  'checkup.kept': null
  'checkup.notKept': null
  'checkup.notKeptAdvice': null
  'checkup.accepted': { status: number; duration: number }
  'checkup.refused': { status: number }
  'checkup.oddlyRefused': { status: number }
  'checkup.refuseAdvice': null
  'checkup.wrongAccepted': null
  'checkup.wrongAdvice': null
  'checkup.missingAccepted': null
  'checkup.missingAdvice': null
  'checkup.oldAccepted': null
  'checkup.oldAdvice': null
  'checkup.unsigned': null
  'checkup.unsignedAdvice': null
  'checkup.inbox': null
  'checkup.repeatedIdAdvice': null
  'checkup.unknownEventAdvice': null
  'checkup.emojiAdvice': null
  'checkup.largeAdvice': null
  'delivery.gone': null
  'delivery.noAttempts': null
  'delivery.disabled': null
  'delivery.deleted': null
  'delivery.erased': null
  'field.missing': { problem: string }
  'field.empty': null
  'field.name': null
  'field.text': null
  'field.events': null
  'field.boolean': null
  'field.long': { count: number }
  'field.whole': { from: number; to: number }
  'field.many': { count: number }
  'field.manyEvents': { count: number }
  'field.noEvents': null
  'field.redact': null
  'field.transform': null
  'field.transformEmpty': null
  'field.transformMissing': null
  'field.transformMissingHint': null
  'field.thinChat': { format: string }
  'field.email': null
  'field.duplicateEmail': { count: number }
  'field.url': null
  'url.notAbsolute': null
  'url.https': null
  'url.httpsOrHttp': null
  'url.credentials': null
  'url.fragment': null
  'url.characterRemove': { character: string; position: number }
  'url.characterWrite': { character: string; position: number; code: string }
  'url.blank': null
  'url.control': null
  'url.port': { port: string; ports: string }
  'url.host': null
  'url.private': { address: string }
  'url.localhost': null
  'url.inbox': null
  'secret.blank': null
  'secret.spaces': null
  'secret.prefix': null
  'secret.asymmetric': null
  'secret.case': null
  'secret.length': null
  'secret.standard': null
  'header.name': null
  'header.reserved': null
  'header.value': null
  'header.same': { name: string }
  'header.many': null
  'filter.list': null
  'filter.object': null
  'filter.long': null
  'auth.kinds': null
  'auth.neverShown': null
  'auth.absent': null
  'auth.printable': null
  'auth.scope': null
  'auth.unknownField': { field: string; fields: string }
  'certificate.notOwn': null
  'certificate.expired': { time: string }
  'certificate.hasKey': null
  'certificate.notPem': null
  'certificate.many': { count: number }
  'certificate.damaged': null
  'certificate.encrypted': null
  'certificate.keyNotPem': null
  'certificate.keyKind': { kind: string }
  'certificate.keyShort': { count: number }
  'certificate.unusable': { reason: string }
  'error.webhookDisabled': null
  'error.deliveryDisabled': null
  'error.deliveryDeleted': null
  'error.sending': null
  'error.checkupRunning': null
  'error.checkupRunningHint': null
  'error.erased': null
  'error.secretRotating': { time: string }
  'error.keyRotating': { time: string }
  'error.maxWebhooks': { count: number }
  'error.maxWebhooksHint': null
  'error.noWebhook': { id: string }
  'error.noOrganization': { id: string }
  'error.key': null
  'error.scope': { scope: string; what: string }
  'error.since': null
  'invalid.interimMany': { count: number }
  'invalid.interimOnly': null
  'http2.breach': { problem: string }
  'own.responseUnstored': null
  'own.secretUnreadable': null
  'own.noSigningKey': null
  'own.notRedacted': { problem: string }
  'body.long': { count: number }
  'body.deep': { count: number }
  'body.notJson': { position: number }
  'filter.steps': { count: number }
  'filter.deepLists': { count: number }
  'filter.failed': { problem: string }
  'certificate.otherKind': null
  'certificate.notAccepted': null
  'change.auth': null
  'change.urlAuth': null
  'change.secretAuth': null
  'change.headersAuth': null
  'change.urlSecretAuth': null
  'change.urlHeadersAuth': null
  'change.secretHeadersAuth': null
  'change.urlSecretHeadersAuth': null
  'field.uuid': null
  'field.uuidOfWebhook': null
  'field.uuidOfOrganization': null
  'field.uuidOfDelivery': null
  'field.uuidOfRedelivery': null
  'field.time': null
  'field.timeOrNone': null
  'field.timeOfRevocation': null
  'field.event': null
  'field.eventSuchAs': null
  'field.eventList': null
  'field.atLeastOne': null
  'field.json': null
  'field.oneOf': { names: string }
  'field.tooLong': null
  'field.short': { count: number }
  'field.wholeNumber': null
  'field.seconds': { from: number; to: number }
  'field.hours': { from: number; to: number }
  'field.duration': null
  'field.pagePath': { path: string }
  'field.recordId': null
  'field.printable': null
  'field.recordType': null
  'field.strings': null
  'field.table': null
  'field.secretText': null
  'field.headers': null
  'field.origins': null
  'field.redactList': null
  'field.unknown': null
  'field.fixed': null
  'field.needed': null
  'field.neededWithEvents': null
  'field.neededEither': null
  'field.neededForId': null
  'field.eitherWebhookOrEvents': null
  'field.eitherTokenOrKey': null
  'field.filter': null
  'field.providerSecret': null
  'field.noSpaces': null
  'field.whatsappNeeds': null
  'field.whatsappOnly': null
  'field.buckets': { count: number; most: number }
  'field.eventSize': { size: number }
  'field.timesInSome': null
  'field.large': { size: number }
  'field.deep': { count: number }
  'field.typeName': null
  'field.typeNameForm': null
  'field.builtIn': null
  'schema.dialect': { url: string }
  'schema.invalid': { problem: string }
  'schema.object': null
  'secret.generate': null
  'secret.quotes': null
  'secret.whsec': null
  'secret.sha256': null
  'header.masked': null
  'filter.values': { count: number; most: number }
  'filter.exact': null
  'filter.field': { name: string }
  'filter.slow': null
  'filter.slowHint': null
  'events.unknown': { name: string; names: string }
  'events.list': null
  'events.many': { count: number }
  'events.manyHint': { count: number }
  'events.sizeHint': { size: number }
  'events.timesHint': null
  'events.maxBacklog': { count: number }
  'events.maxBacklogHint': { seconds: number }
  'events.unconfirmed': null
  'events.unconfirmedHint': { seconds: number }
  'events.large': null
  'events.largeHint': null
  'error.noLink': { method: string }
  'hint.adminKey': null
  'hint.wholeInstallation': null
  'hint.scope.read': null
  'hint.scope.emit': null
  'error.noTokens': null
  'hint.enableTokens': null
  'hint.wholeKey': null
  'error.noCredentials': null
  'hint.sendKey': null
  'error.sessionEnded': null
  'hint.signInAgain': null
  'error.noOrganizationInToken': null
  'hint.organizationClaim': null
  'error.unknownScope': null
  'hint.scopeClaim': { names: string }
  'error.longSubject': null
  'hint.subjectClaim': { count: number }
  'error.tokenExpired': null
  'error.tokenEarly': null
  'error.tokenFuture': null
  'error.tokenClaim': { name: string }
  'error.token': null
  'error.tokenKeys': null
  'error.link': null
  'hint.newLink': null
  'error.tokenSession': null
  'hint.keyOrLink': null
  'page.settings': null
  'hint.readKey': null
  'error.signInJson': null
  'hint.sendJson': null
  'error.csrfHeader': null
  'hint.csrfHeader': null
  'error.otherOrigin': null
  'hint.publicUrl': null
  'error.pageOrigin': { origin: string }
  'hint.corsOrigins': null
  'error.unverified': null
  'error.no.webhook': { id: string }
  'error.no.delivery': { id: string }
  'error.no.redelivery': { id: string }
  'error.no.recipient': { id: string }
  'error.nothingAt': { path: string }
  'error.noFunction': { name: string }
  'hint.functions': { names: string }
  'error.noInbox': null
  'hint.newInbox': null
  'error.noKeys': null
  'hint.firstKeys': null
  'hint.enableRetry': null
  'hint.enableAgain': null
  'hint.outcome': null
  'error.keyRotatingNow': null
  'hint.rotateKey': null
  'error.secretRotatingNow': null
  'hint.rotateSecret': null
  'error.noMail': null
  'hint.setMail': null
  'error.noRecipients': null
  'hint.addRecipient': null
  'hint.fewerRecipients': null
  'hint.anotherKey': null
  'hint.anotherWebhook': null
  'hint.anotherSource': null
  'hint.anotherInbox': null
  'hint.anotherType': null
  'hint.known': { names: string }
  'hint.nameType': null
  'hint.buckets': null
  'error.tableUnreadable': null
  'hint.grantSelect': null
  'error.twice': { name: string }
  'hint.once': null
  'error.methodChanges': { method: string }
  'error.methodCall': { method: string }
  'hint.call': null
  'limit.rate': { limit: number; what: string }
  'limit.requests': null
  'limit.testAlerts': null
  'limit.keySets': null
  'limit.posts': null
  'limit.inbox': null
  'hint.oneRequest': null
  'hint.realMailboxes': null
  'hint.keySetUrl': null
  'hint.sourceLimit': null
  'hint.wait': { seconds: number }
  'hint.waitWithKey': { seconds: number }
  'hint.waitWithSignature': { seconds: number }
  'hint.waitIndexed': { seconds: number }
  'hint.retryIn': { seconds: number }
  'hint.retryInOne': null
  'hint.fewSeconds': null
  'limit.logins': null
  'limit.unverified': null
  'limit.largePosts': null
  'limit.payloads': null
  'limit.concurrent': null
  'hint.fewerAtOnce': null
  'limit.connections': null
  'limit.share': null
  'limit.liveLogs': null
  'hint.liveLogs': { count: number }
  'limit.disk': { free: string; needed: string }
  'hint.diskSpace': null
  'request.notUtf8': null
  'hint.charset': null
  'request.charset': { charset: string }
  'hint.utf8': null
  'request.large': { size: number }
  'hint.split': null
  'request.longHead': null
  'request.slow': null
  'request.notHttp': null
  'request.hosts': { count: number }
  'request.severalHosts': null
  'hint.sendOne': null
  'request.coding': { coding: string }
  'hint.coding': null
  'request.longUrl': null
  'hint.splitLists': null
  'call.running': null
  'call.runningHint': null
  'call.lost': null
  'call.lostHint': null
  'call.other': null
  'call.otherHint': null
  'call.many': null
  'call.manyHint': null
  'call.keyLength': { count: number }
  'call.keyHint': null
  'request.origin': null
  'request.lastEvent': null
  'request.onlyFilters': { name: string }
  'hint.liveFilters': null
  'request.media': { names: string }
  'hint.openApiMedia': null
  'database.unreachable': null
  'database.unavailable': null
  'database.slow': null
  'database.rule': null
  'database.denied': null
  'hint.tryAgain': null
  'hint.fewerRows': null
  'error.internal': null
  'realtime.webSocketOnly': null
  'hint.useChannel': null
  'realtime.version': null
  'hint.use': { names: string }
  'realtime.open': null
  'hint.realtimeClients': null
  'realtime.ofOrganization': null
  'hint.realtimeOrganization': { count: number }
  'realtime.channels': { count: number }
  'realtime.subscriptions': { count: number }
  'realtime.event': { name: string }
  'realtime.topic': null
  'realtime.notJoined': null
  'realtime.noPresence': null
  'realtime.noBroadcast': null
  'realtime.noChanges': null
  'hint.tableChanges': null
  'realtime.join': { problem: string }
  'realtime.accessToken': { problem: string }
  'realtime.schema': null
  'hint.schemaPublic': null
  'realtime.needsTable': null
  'realtime.table': { name: string }
  'hint.followed': { names: string }
  'hint.has': { names: string }
  'realtime.filterLong': { count: number }
  'realtime.filterAt': { position: number }
  'realtime.filterMany': { count: number }
  'realtime.operator': { name: string }
  'realtime.list': null
  'realtime.listUnread': null
  'realtime.listLong': { count: number }
  'realtime.value': { value: string; type: string }
  'hint.changeFilters': null
  'row.nullRequired': null
  'row.required': { table: string }
  'hint.requiredColumns': null
  'row.duplicate': { table: string }
  'row.duplicates': { table: string }
  'hint.duplicate': null
  'row.duplicateOther': { table: string }
  'row.duplicateKey': { table: string }
  'hint.duplicateOther': null
  'hint.otherKey': null
  'hint.createFirst': null
  'row.rule': { rule: string }
  'hint.rule': null
  'row.referred': { table: string }
  'hint.referred': null
  'row.broken': { table: string }
  'hint.describes': null
  'row.match': { pattern: string }
  'row.jsonType': { type: string }
  'row.range': { from: string; to: string }
  'row.least': { least: string }
  'row.ownId': null
  'hint.ownId': null
  'row.unstorable': { what: string }
  'row.surrogate': null
  'hint.unstorable': null
  'row.date': { value: string }
  'row.number': { value: string }
  'filter.ofEvent': { id: string; problem: string }
  'event.contact.deleted': null
  'event.deal.deleted': null
  'event.conversation.deleted': null
  'event.message.deleted': null
  'event.meeting.deleted': null
  'erasure.tooMany': { conversations: number; terms: number; length: number }
  'delivery.disabledBecause': { reason: string }
  'delivery.expired': null
  'delivery.outcomeLost': null
  'delivery.retried': null
  'delivery.replayed': null
  'redelivery.byHand': null
  'fix.again': null
  'fix.name': null
  'fix.noFilter': null
  'fix.field': null
  'fix.set': null
  'fix.otherKey': null
  'fix.columns': null
  'fix.scope': null
  'fix.cast': null
  'fix.grouped': null
  'fix.operator': null
  'fix.disk': null
  'fix.limit': null
  'fix.less': null
  'fix.cost': null
  'fix.state': null
  'fix.outcome': null
  'fix.fewerRows': null
  'fix.subscribe': null
  'fix.value': null
  'fix.character': null
  'fix.uniqueKey': null
  'fix.id': null
  'fix.position': null
  'fix.post': null
  'fix.body': null
  'fix.offset': null
  'fix.primaryKey': null
  'fix.schema': null
  'fix.accept': null
  'fix.embed': null
  'fix.oneRow': null
  'fix.rowOfFilter': null
  'fix.single': null
  'fix.allow': null
  'fix.orderSingle': null
  'fix.isNull': null
  'fix.prefer': null
  'fix.narrow': null
  'fix.path': null
  'fix.noDots': null
  'fix.related': null
  'fix.choose': null
  'fix.writable': null
  'fix.jwks': null
  'fix.credential': null
  'fix.sendKey': null
  'fix.newToken': null
  'fix.ownPage': null
  'fix.repeat': null
  'fix.newKey': null
  'fix.report': null
  'need.uuid': null
  'need.whole': null
  'need.integer': null
  'need.number': null
  'need.boolean': null
  'need.date': null
  'need.time': null
  'need.localTime': null
  'need.json': null
  'need.bytes': null
  'need.list': null
  'need.text': null
  'hint.setOrOmit': { field: string; need: string }
  'capture.notCaptured': { name: string; names: string }
  'error.maxInboxes': { count: number }
  'hint.inboxes': null
  'request.responseLarge': null
  'audit.fixed': null
  'hint.waitThen': { seconds: number; advice: string }
  'hint.set': { field: string; need: string }
  'hint.correct': { fields: string; rule: string }
  'capture.noneCaptured': { name: string }
  'error.serviceKey': { name: string }
  'filter.operator': { name: string; names: string }
  'filter.noOperator': { name: string }
  'realtime.type': { table: string; event: string }
  'realtime.columnType': { name: string; type: string }
  'row.foreign': { table: string }
  'row.foreigns': { table: string }
  'error.behindAnother': null
  'hint.behindAnother': null
  'field.needsOrdering': null
  'hint.setOrdering': null
  'field.subscribedRecord': { events: string }
  'hint.addRecordEvent': null
  'error.syncRunning': { record: string }
  'hint.endSync': null
  'error.noRecordKey': null
  'error.noRecordTime': null
  'error.recordNotCaptured': { record: string }
  'hint.mapRecord': null
  'error.syncEnded': { status: string }
  'hint.anotherSync': null
  'sync.slow': null
  'sync.mayNotRead': null
  'sync.otherMap': null
  'limit.checkups': null
  'hint.checkupRequests': null
  'delivery.superseded': null
  'delivery.syncCancelled': null
  'field.eventBody': null
  'field.expectedBody': null
  'field.transformTests': null
  'field.uuidOfEvent': null
  'field.eitherEvent': null
  'hint.thinFormats': { names: string }
  'error.previewsWait': null
  'error.no.event': { id: string }
  'field.noNul': null
}
