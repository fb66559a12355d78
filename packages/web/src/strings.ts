import { locale } from './components/locale.ts'

/*
 * All that the page says, in one file: to translate it, this is the file to translate. Numbers and dates are written
 * elsewhere, by the browser, in its user's own way.
 */
const plural = new Intl.PluralRules('en')
const number = new Intl.NumberFormat(locale)

/** "1 delivery", "12 deliveries". */
const n = (count: number, one: string, many = `${one}s`): string =>
  `${number.format(count)} ${plural.select(count) === 'one' ? one : many}`

const byName = (names: Record<string, string>): Readonly<Record<string, string | undefined>> => names

export const t = {
  brand: 'ConnectGain',
  webhooks: 'Webhooks',
  close: 'Close',
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  loading: 'Loading…',
  optional: 'optional',
  tryAgain: 'Try again',
  signOut: 'Sign out',
  skipToContent: 'Skip to content',
  notifications: 'Notifications',
  copied: 'Copied',
  copyFailed: 'The browser does not allow copying here. Select the text and copy it by hand.',
  copyOf: (what: string) => `Copy ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
  readOnly: 'You may look at everything here, and change nothing: your key has the scope “read”.',
  offline: 'The server cannot be reached just now.',
  offlineText: 'What you see is as it was last. It is asked again by itself.',

  capture: {
    label: 'Capture of the CRM’s tables',
    missing: (table: string) => `${table} is not captured any more: its changes emit nothing.`,
    drifted: (table: string) => `${table} is not captured as it was installed: its changes may emit nothing.`,
  },

  faults: {
    title: (count: number) =>
      `${n(count, 'event or delivery', 'events and deliveries')} could not be processed in the last day`,
    of: (name: string, count: number) => `${name}: ${number.format(count)}`,
    ofNone: (count: number) => `Without a delivery: ${number.format(count)}`,
    fix: 'Everything else goes on. Correct the cause, then retry what failed, or replay the events.',
    last: 'Show the last',
  },

  errors: {
    unreachable: 'The server cannot be reached',
    unreachableText: 'Check your connection and that the server runs.',
    tooMany: 'Too many requests at once',
    tooManyText: 'Wait a minute, then try again.',
    unexpected: 'Something went wrong',
  },

  theme: { label: 'Appearance', system: 'As the system', light: 'Light', dark: 'Dark' },

  signIn: {
    title: 'Webhooks',
    text: 'Sign in with a key of this server.',
    key: 'Service key or organization key',
    keyHint: 'The first start prints where the service key is. Organization keys begin with cgw_.',
    action: 'Sign in',
    wrongKey: 'This key is not valid. Check that it was copied whole and has not been revoked.',
    link: 'No key? The operator can make a link that opens this page for your organization.',
    linkRefused: 'This link does not work any more',
    linkRefusedText:
      'A link opens the page once and only for a while. Ask for a new one, or sign in with a key.',
  },

  organization: {
    current: (name: string) => `Organization: ${name}`,
    all: 'All organizations…',
    choose: 'Choose an organization',
    chooseText: 'The service key may see all of them.',
    search: 'Find an organization',
    first: 'Name your organization',
    firstText: 'Webhooks belong to an organization. There is none yet.',
    name: 'Name',
    namePlaceholder: 'Acme',
    create: 'Create organization',
  },

  list: {
    lead: 'Tell your other systems what happens in the CRM, as it happens.',
    summary: 'How all webhooks do',
    endpointsWell: 'All endpoints are healthy',
    allWell: 'All is well',
    allOff: 'Nothing is being sent',
    allWellText: (on: number, off: number) =>
      [on > 0 && `${n(on, 'webhook')} on`, off > 0 && `${number.format(off)} off`].filter(Boolean).join(', '),
    troubled: (bad: number, all: number) =>
      `${number.format(bad)} of ${n(all, 'webhook')} ${bad === 1 ? 'needs' : 'need'} attention`,
    sent: 'sent in 24 h',
    successful: 'successful',
    typical: 'typical answer',
    waiting: (count: number, isHeld: boolean) =>
      `${number.format(count)} ${isHeld ? 'held back' : 'to be sent'}`,
    nothingYet: 'Nothing sent yet',
    lastResult: (status: string, code: number | null) =>
      `${status === 'success' ? 'Delivered' : 'Failed'}${code === null ? '' : `, ${code}`}`,
    everyEvent: 'every event',
    moreEvents: (count: number) => `+${number.format(count)}`,
    dayInWords: (attempts: number, failed: number) =>
      `Last 24 hours: ${n(attempts, 'attempt')}, ${number.format(failed)} failed`,
    dayShort: (rate: string, attempts: string) => `${rate} of ${attempts}`,
    dayPending: '…',
    quietDay: 'Quiet for 24 h',
  },

  condition: {
    healthy: 'Healthy',
    unused: 'Not used yet',
    failing: 'Failing',
    recovering: 'Catching up',
    held: 'On hold',
    off: 'Off',
    switchedOff: 'Switched off',
  },

  first: {
    tryTitle: 'See one work, in a minute',
    tryText:
      'Makes a webhook with a signing secret, points it at a test inbox on this server, sends a test and shows how it arrives. Nothing leaves this machine.',
    tryAction: 'Try it now',
    ownTitle: 'Connect your own system',
    ownText:
      'You need an https address that takes POST requests. Choose the events, get a secret, send a test; code to begin with is there in seven languages.',
    webhookName: 'My first webhook',
    guideTitle: 'Your first webhook',
    stepInbox: 'Open a test inbox',
    stepWebhook: 'Create a webhook that points at it',
    stepTest: 'Send a test: contact.created',
    stepArrived: 'See it arrive',
    state: { done: '(done)', active: '(under way)', waiting: '(not yet)', failed: '(failed)' },
    secretText: 'Its signing secret, shown this once:',
    tested: (code: number | null, ms: number) => `Answered ${code ?? ''} in ${number.format(ms)} ms.`,
    next: 'That is all there is to it. Every change in the CRM that you subscribe to arrives like this.',
    pointElsewhere: 'Point it at your own address',
    seeCode: 'Code to receive it',
    done: 'To the list',
  },

  inbox: {
    title: 'Test inbox',
    text: 'This webhook points at a test inbox on this server. What arrives is shown here.',
    nothing: 'Nothing has arrived yet.',
    older: (count: number) => `${number.format(count)} before`,
    expires: (left: string) => `Open for ${left}`,
    signature: {
      valid: 'Signature verified',
      invalid: 'Signature wrong',
      unsigned: 'Not signed',
      unknown: 'Signature not checked',
    },
  },

  create: {
    action: 'Create webhook',
    title: 'Create a webhook',
    lead: 'Name, address and events are all it needs; the rest has good defaults.',
    save: 'Create webhook',
  },

  setup: {
    title: 'Your webhook is ready',
    secret:
      'Copy the signing secret now. Your receiver verifies requests with it, and it is not shown again.',
    next: 'Send a test to see that it arrives and how your endpoint answers.',
    code: 'Code to receive it',
    done: 'Done',
    doneSecret: 'Done, I have the secret',
  },

  leave: {
    title: 'Leave without saving?',
    text: 'What you have changed here is not saved.',
    action: 'Leave',
    stay: 'Stay here',
  },

  form: {
    endpoint: 'Endpoint',
    endpointText: 'Where events are sent.',
    name: 'Name',
    namePlaceholder: 'CRM Sync',
    urlLabel: 'URL',
    url: {
      empty: 'An https:// address that takes POST requests.',
      unfinished: 'The whole address, such as https://example.com/webhook.',
      notHttps: 'The address begins with https://.',
      plainHttp: 'http:// is not encrypted; it is taken only where the operator has allowed it.',
      credentials: 'Leave out the name and password; use a custom header instead.',
      fragment: 'Leave out what follows #; it is never sent.',
      fine: 'This looks right.',
    },
    description: 'Description',
    descriptionPlaceholder: 'What it is for, and whom to ask',
    active: 'Active',
    activeOn: 'Events are sent from the moment it is created.',
    activeOff: 'Nothing is sent until you switch it on.',
    advanced: 'Advanced',
    advancedText: 'Limits and what is left out, where the defaults do not fit.',
    timeout: 'Timeout in seconds',
    timeoutHint: 'For a whole attempt. 10 unless set.',
    rate: 'Requests per second',
    rateHint: 'No limit unless set.',
    inFlight: 'At the same time',
    inFlightHint: 'Requests under way at once. 32 unless set.',
    origins: 'Ignore changes made by',
    originsHint: 'Names of keys, with commas between: a system is not told what it did itself.',
    originsPlaceholder: 'HubSpot sync',
    redact: 'Leave out fields',
    redactHint: 'Names of fields, with commas between: they are cut from what is sent and from its log.',
    redactPlaceholder: 'data.phone, data.email',
    save: 'Save changes',
    saved: 'Saved. It counts for the very next event.',
    unsaved: 'You have unsaved changes.',
    discard: 'Discard',
    correct: 'Not saved: something above needs correcting.',
  },

  events: {
    title: 'Events',
    text: 'What you want to be told. “All of” a kind includes events that are added later.',
    every: 'Every event',
    search: 'Find an event',
    chosen: (count: number, all: number) => `${number.format(count)} of ${n(all, 'event')} chosen`,
    chosenShort: (count: number, all: number) => `${number.format(count)} of ${number.format(all)}`,
    allOf: (wildcard: string) => `all of ${wildcard}`,
    example: (event: string) => `Example of ${event}`,
    nothingFound: 'No event is called like that.',
    operational: 'About webhooks themselves',
    notPartOfEvery: 'not part of “Every event”',
    operationalTexts: {
      'webhook.failing': 'A webhook keeps failing',
      'webhook.deactivated': 'A webhook was switched off: it kept failing, or its endpoint is gone for good',
      'webhook.recovered': 'A webhook that kept failing works again',
      'delivery.exhausted': 'Deliveries were given up after their last attempt',
    },
    categories: byName({
      contact: 'Contacts',
      deal: 'Deals',
      conversation: 'Conversations',
      message: 'Messages',
      broadcast: 'Broadcasts',
      zoom: 'Meetings',
    }),
  },

  filter: {
    title: 'Filter',
    text: 'Send only what you care about. Try it on what really happened before you save.',
    every: 'Everything',
    only: 'Only when…',
    json: 'As JSON',
    jsonLabel: 'Filter as JSON',
    jsonHint: 'Fields begin with data. or previous.; operators are those of MongoDB, such as $gte and $in.',
    match: 'How conditions combine',
    all: 'all of these hold',
    any: 'any of these holds',
    add: 'Add a condition',
    condition: (at: number) => `Condition ${at}`,
    field: (at: number) => `Field of condition ${at}`,
    operator: (at: number) => `Comparison of condition ${at}`,
    value: (at: number) => `Value of condition ${at}`,
    remove: (at: number) => `Remove condition ${at}`,
    choose: 'Choose…',
    yes: 'yes',
    no: 'no',
    valuePlaceholder: 'Value',
    listPlaceholder: 'One, another',
    operators: {
      is: 'is',
      isNot: 'is not',
      isOneOf: 'is one of',
      over: 'is over',
      atLeast: 'is at least',
      under: 'is under',
      atMost: 'is at most',
      includes: 'include',
      lacks: 'do not include',
      was: 'was before',
      isSet: 'is filled in',
      isEmpty: 'is empty',
    },
  },

  preview: {
    matched: (matched: number, of: number) =>
      `Would have matched ${number.format(matched)} of the last ${n(of, 'event')}`,
    nothingYet: 'None of these events has happened yet, so there is nothing to try it on.',
    chooseEvents: 'Choose events to see what the filter would have let through.',
    sample: 'Data of the event',
  },

  /** What the CRM calls a column. */
  fields: byName({
    stage: 'Stage',
    status: 'Status',
    value: 'Value',
    currency: 'Currency',
    pipeline: 'Pipeline',
    title: 'Title',
    expected_close_date: 'Expected close',
    assigned_to: 'Owner',
    contact_id: 'Contact',
    conversation_id: 'Conversation',
    broadcast_id: 'Broadcast',
    first_name: 'First name',
    last_name: 'Last name',
    email: 'Email',
    phone: 'Phone',
    company: 'Company',
    tags: 'Tags',
    channel: 'Channel',
    subject: 'Subject',
    priority: 'Priority',
    direction: 'Direction',
    type: 'Kind of message',
    body: 'Text',
    media_url: 'Attachment',
    error: 'Error',
    external_id: 'Provider’s id',
    recording_status: 'Recording',
    duration_minutes: 'Minutes',
    share_url: 'Share link',
  }),
  fieldOwn: (name: string) => `Custom: ${name}`,

  secret: {
    title: 'Signing secret',
    text: 'Lets your receiver check that a request comes from here, unchanged.',
    generate: 'Generate one',
    generateText: 'Best: works with every library. Shown once.',
    own: 'My own',
    ownText: 'Where the receiver has one already.',
    none: 'None',
    noneText: 'Anybody who knows the address can send to it.',
    label: 'Secret',
    rules: '8 to 256 characters of plain ASCII. After whsec_ it is 24 to 64 bytes in base64.',
    copy: 'Copy the secret',
    signed: 'Requests are signed with the secret that ends in',
    unsigned: 'Requests are not signed: a receiver cannot tell whether they come from here.',
    add: 'Add a secret',
    remove: 'Remove',
    rotate: 'Rotate…',
    rotateTitle: 'Rotate the secret',
    rotateText:
      'Makes a new secret. For the overlap both sign, so that you can change the receiver in your own time.',
    overlapLabel: 'Overlap',
    overlapHint: 'How long the old secret signs as well.',
    hours: (hours: number) =>
      hours === 0 ? 'None: only the new one, at once' : hours < 48 ? n(hours, 'hour') : n(hours / 24, 'day'),
    newTitle: 'The new secret',
    overlap: (left: string) => `Both secrets sign for another ${left}`,
    overlapText: (until: string) =>
      `Change your receiver to the new one before ${until}; then the old one ends.`,
    removeTitle: 'Remove the secret?',
    removeText:
      'From the next request on nothing is signed. A receiver that checks signatures will refuse it.',
    removed: 'The secret was removed.',
  },

  headers: {
    title: 'Custom headers',
    text: 'Sent with every request, for a gateway that asks for a token, say. Stored encrypted.',
    hidden: 'Values are not shown again. To change one, enter all of them anew.',
    change: 'Enter headers anew',
    add: 'Add a header',
    name: (at: number) => `Name of header ${at}`,
    value: (at: number) => `Value of header ${at}`,
    remove: (at: number) => `Remove header ${at}`,
  },

  test: {
    action: 'Test',
    of: (name: string) => `Test ${name}`,
    title: (name: string) => `Test ${name}`,
    event: 'Event',
    subscribed: 'It subscribes to',
    others: 'Others',
    alsoOff: 'A test is sent although the webhook is off.',
    payload: 'Data',
    payloadHint: 'An example; change it as you like.',
    reset: 'Back to the example',
    notJson: 'This is no JSON object.',
    send: 'Send test',
    sending: 'Sending…',
    underWay: 'Waiting for the endpoint’s answer…',
    nothingYet:
      'The answer will be shown here. A test is signed and logged like any other request, and not retried.',
    ok: 'Delivered',
    failed: 'Failed',
    inLog: 'See it in the log',
  },

  active: {
    of: (name: string) => `${name} is active`,
    on: 'Active',
    off: 'Off',
    onAction: 'Switch on',
    offAction: 'Switch off',
    offTitle: (name: string) => `Switch off ${name}?`,
    offNow: 'Nothing is sent any more, from this moment on.',
    offWaiting: (count: number) =>
      count === 0
        ? 'Nothing is waiting to be sent, so nothing is cancelled.'
        : `${n(count, 'delivery', 'deliveries')} still to be sent ${count === 1 ? 'is' : 'are'} cancelled.`,
    offLater: 'What happens meanwhile can be sent afterwards, with “Send what it missed”.',
    isOff: (name: string) => `${name} is switched off.`,
    isOn: (name: string) => `${name} is switched on. It gets the very next event.`,
    missed: (name: string, count: number) =>
      `${name} is on. It missed ${n(count, 'event')} while it was off.`,
    seeMissed: 'Send them…',
  },

  danger: {
    title: 'Switch off or delete',
    offText: 'Stops sending at once and keeps everything. You can switch it on again.',
    onText: 'Sends from the very next event on.',
    delete: 'Delete webhook',
    deleteText: 'Stops sending at once and removes its settings and its secret for good.',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteNow: 'Its settings and its secret are gone for good.',
    deleteLog: 'Its log is kept for as long as logs are, under “All deliveries”.',
    deleted: (name: string) => `${name} was deleted.`,
  },

  webhook: {
    sections: 'Sections of this webhook',
    tabs: { overview: 'Overview', deliveries: 'Deliveries', settings: 'Settings', code: 'Sample code' },
    notFound: 'There is no such webhook',
    notFoundText: 'It may have been deleted, or belong to another organization.',
    toList: 'To all webhooks',
  },

  certificate: {
    title: (days: number) =>
      days < 0
        ? 'The endpoint’s certificate has expired'
        : `The endpoint’s certificate ends in ${n(days, 'day')}`,
    text: (end: string) =>
      `It is valid until ${end}. Renew it on the receiving server: after that nothing can be delivered any more.`,
    short: (days: number) =>
      days < 0 ? 'Its certificate has expired.' : `Its certificate ends in ${n(days, 'day')}.`,
  },

  overview: {
    title: 'Activity',
    range: 'Time shown',
    ranges: { '24h': '24 hours', '7d': '7 days', '30d': '30 days' },
    successRate: 'Successful',
    ofAttempts: (count: number) => `of ${n(count, 'attempt')}`,
    failed: 'Failed attempts',
    failedText: 'each is retried on schedule',
    typical: 'Typical answer',
    noLatency: 'nothing answered yet',
    slowest: (time: string) => `99 % within ${time}`,
    waiting: 'To be sent',
    waitingText: 'new ones and retries',
    heldText: 'held back, none is lost',
    isOff: 'Switched off',
    offText: 'Somebody switched it off. What it misses can be sent later.',
    failing: 'Failing',
    recovering: 'Catching up',
    held: 'On hold',
  },

  charts: {
    look: 'Show as',
    chart: 'Chart',
    table: 'Table',
    deliveries: 'Attempts',
    deliveriesInWords: (ok: number, bad: number) =>
      `Attempts over time: ${n(ok, 'success', 'successes')}, ${number.format(bad)} failed`,
    bucket: (time: string, ok: number, bad: number) =>
      `${time}: ${number.format(ok)} succeeded, ${number.format(bad)} failed`,
    succeeded: 'Succeeded',
    failed: 'Failed',
    rate: 'Success rate',
    time: 'From',
    latency: 'Time to answer',
    latencyInWords: (median: string | undefined) =>
      `Time to answer over time${median === undefined ? '' : `, ${median} in the middle`}`,
    bucketQuiet: (time: string) => `${time}: nothing was answered`,
    bucketLatency: (time: string, p50: string, p95: string, p99: string) =>
      `${time}: half within ${p50}, 95 % within ${p95}, 99 % within ${p99}`,
    p50: 'Half (p50)',
    p95: '95 % (p95)',
    p99: '99 % (p99)',
    reasons: 'Why attempts failed',
  },

  reasons: byName({
    redirect: 'Redirected (3xx)',
    client_error: 'Refused the request (4xx)',
    gone: 'Gone (410)',
    rate_limited: 'Too many requests (429)',
    server_error: 'Server error (5xx)',
    timeout: 'No answer in time',
    connection_refused: 'Connection refused',
    connection_reset: 'Connection broken off',
    unreachable: 'No way to the address',
    dns_failure: 'Name does not resolve',
    tls_failure: 'No secure connection',
    invalid_response: 'Answer is not HTTP',
    blocked_destination: 'Address not allowed',
    secret_unreadable: 'Secret cannot be read',
    not_sendable: 'Cannot be sent',
    not_recordable: 'Outcome cannot be stored',
    internal_error: 'A defect of ours',
    network_error: 'Network failure',
  }),

  failures: {
    title: 'Latest failures',
    all: 'All failed',
    line: (event: string, error: string) => `${event}: ${error}`,
  },

  alerts: {
    title: 'Alerts',
    types: {
      'webhook.failing': 'Failing',
      'webhook.deactivated': 'Switched off',
      'webhook.recovered': 'Works again',
      'delivery.exhausted': 'Deliveries were given up',
    },
    failing: (percent: number) => `Failing: ${percent} % of the way to being switched off`,
    exhausted: (count: number) => `${n(count, 'delivery was', 'deliveries were')} given up within an hour`,
    recipients: 'Alerts by e-mail',
    recipientsText:
      'Who is written to when a webhook keeps failing, is switched off or works again, and when deliveries are given up.',
    address: 'E-mail address',
    add: 'Add',
    remove: (email: string) => `Remove ${email}`,
  },

  notSent: {
    title: 'Not sent in the last 7 days',
    filtered: 'Kept back by the filter',
    filteredText: 'listed under Deliveries',
    inactive: 'While it was off',
    inactiveText: 'can still be sent',
    notSubscribed: 'Not subscribed',
    notSubscribedText: 'events that it did not ask for',
  },

  code: {
    title: 'Receive and verify',
    text: 'A whole program to begin with. Put the signing secret into the environment variable WEBHOOK_SECRET.',
    language: 'Language',
    sample: (language: string) => `Sample in ${language}`,
    noSecret: 'This webhook has no secret',
    noSecretText: 'Its requests are not signed, so the samples below would refuse them.',
    headers: 'Headers of this webhook’s requests',
    headersText:
      'Libraries for Standard Webhooks verify webhook-signature; everything else can use X-Webhook-Signature.',
    timestamp: 'time of this attempt, ISO 8601',
    id: 'id of the event, the same on every attempt',
    delivery: 'id of the delivery',
    attempt: '1, 2, 3…',
    signature: 'sha256= and the hex HMAC-SHA256 of the raw body',
    standardId: 'id of the event',
    standardTimestamp: 'time of this attempt, in seconds',
    standardSignature: 'v1, and the base64 HMAC-SHA256 of id.timestamp.body',
  },

  allDeliveries: {
    link: 'All deliveries',
    title: 'All deliveries',
    lead: 'Of every webhook, newest first.',
  },

  status: {
    delivered: 'Delivered',
    pending: 'Pending',
    retrying: 'Retrying',
    failed: 'Failed',
    filtered: 'Filtered out',
    cancelled: 'Cancelled',
    test: 'Tests',
    testPassed: 'Test passed',
    testFailed: 'Test failed',
  },

  /** Why an event was decided not to be sent, by the API's word for it. */
  keptBack: byName({
    filtered: 'Its filter did not let it through',
    origin: 'Made by an origin that it ignores',
  }),

  deliveries: {
    live: 'Show new deliveries as they happen',
    liveState: { connecting: 'Connecting…', live: 'Live', off: 'Paused' },
    paused: 'Paused',
    filters: 'Filter deliveries',
    status: 'Status',
    anyStatus: 'Any status',
    event: 'Event',
    anyEvent: 'Any event',
    code: 'Response code',
    anyCode: 'Any code',
    noCode: 'No answer',
    otherCode: 'Other…',
    record: 'Record id',
    period: 'Time',
    anyTime: 'Any time',
    periods: { hour: 'Last hour', day: 'Last 24 hours', week: 'Last 7 days', month: 'Last 30 days' },
    custom: 'From… to…',
    from: 'From',
    to: 'To',
    clear: 'Clear filters',
    list: 'Deliveries',
    webhook: 'Webhook',
    deleted: 'A deleted webhook',
    answer: 'Answer',
    attempts: 'Attempts',
    again: 'again',
    attemptCount: (count: number) => n(count, 'attempt'),
    when: 'When',
    more: 'Show older',
    none: 'Nothing was sent yet',
    noneText: 'Deliveries appear here as they happen. Send a test to see the first one.',
    noMatch: 'No delivery is like that',
  },

  redeliver: {
    menu: 'Send again',
    failed: 'Retry what failed…',
    failedText: 'Everything that failed for good in this time gets one more attempt, in the background.',
    missed: 'Send what it missed…',
    missedText:
      'Events of this time that never reached this webhook: it was off, did not subscribe, its filter kept them back, or they failed. Judged by its events and filter as they are now.',
    preset: (hours: number) => (hours === 1 ? 'Last hour' : hours === 24 ? '24 hours' : `${hours / 24} days`),
    everyEvent: 'Every event',
    counting: 'Counting…',
    uncounted: 'More than can be counted beforehand.',
    countFailed: (count: number) => `${n(count, 'delivery', 'deliveries')} failed for good in this time.`,
    countMissed: (count: number) => `${n(count, 'event')} of this time never reached it.`,
    off: 'The webhook is off. Switch it on, then send.',
    start: 'Send',
    startCount: (count: number) => `Send ${number.format(count)}`,
    cancel: 'Stop',
    progress: 'Progress',
    leftOut: (count: number) =>
      `${number.format(count)} could not be queued and ${plural.select(count) === 'one' ? 'was' : 'were'} left out.`,
    state: {
      retry_failed: {
        running: (queued: number, of: number | null) =>
          `Retrying what failed: ${progress(queued, of)} queued`,
        completed: (queued: number) => `${n(queued, 'failed delivery', 'failed deliveries')} queued again`,
        cancelled: (queued: number) => `Retrying was stopped after ${number.format(queued)}`,
      },
      replay_events: {
        running: (queued: number, of: number | null) =>
          `Sending what it missed: ${progress(queued, of)} queued`,
        completed: (queued: number) => `${n(queued, 'missed event')} queued`,
        cancelled: (queued: number) => `Sending was stopped after ${number.format(queued)}`,
      },
    },
  },

  drawer: {
    title: 'Delivery',
    previous: 'The one above',
    next: 'The one below',
    link: 'Copy a link to this',
    linkCopied: 'The link was copied.',
    gone: 'This is not in the log any more.',
    retry: 'Retry now',
    sendAgain: 'Send again',
    retried: (isOk: boolean, code: number | null) =>
      `${isOk ? 'Delivered' : 'Failed again'}${code === null ? '.' : `: answered ${code}.`}`,
    curl: 'Copy as curl',
    curlCopied: 'The command was copied.',
    changed: 'What changed',
    field: 'Field',
    before: 'Before',
    after: 'After',
    empty: 'empty',
    history: 'All deliveries about this record',
    origin: (name: string) => `Change made by ${name}`,
    timeline: 'Attempts',
    response: 'Response',
    responseOf: (attempt: number) => `Response to attempt ${attempt}`,
    responseCode: 'Response code',
    responseHeaders: 'Response headers',
    responseBody: 'Response body',
    request: 'Request',
    requestOf: (attempt: number) => `Request of attempt ${attempt}`,
    requestHeaders: 'Request headers',
    requestBody: 'Request body',
    answered: (code: number, time: string) => `Answered ${code} after ${time}.`,
    noAnswer: 'No answer came back.',
    emptyBody: 'The answer had no body.',
    nothingSent: 'Nothing was sent.',
    notSent: { filtered: 'Kept back by the filter', cancelled: 'Cancelled' },
  },

  timeline: {
    attempt: (at: number) => `Attempt ${at}`,
    trigger: {
      event: 'as it happened',
      retry: 'retried on schedule',
      manual: 'retried by hand',
      test: 'a test',
    },
    next: 'Next attempt',
    end: {
      pending: 'Waiting to be sent',
      retrying: 'Will be tried again',
      failed: 'Failed for good; kept, and can be sent again',
      cancelled: 'Cancelled',
      filtered: 'Kept back by the filter; can still be sent',
    },
  },
} as const

function progress(queued: number, of: number | null): string {
  return of === null ? number.format(queued) : `${number.format(queued)} of ${number.format(of)}`
}
