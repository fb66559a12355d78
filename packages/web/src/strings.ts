import { locale } from './components/locale.ts'

/*
 * Every text of the page. To translate the page, translate this file. The browser formats numbers and dates in the
 * user's locale.
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
  copyFailed: 'Your browser blocked copying. Select the text and copy it.',
  copyOf: (what: string) => `Copy ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
  readOnly: 'Read-only: your key has the read scope.',
  offline: 'Can’t reach the server.',
  offlineText: 'Showing the last known state. Retrying automatically.',

  capture: {
    label: 'Capture from the CRM',
    missing: (table: string) => `${table} is no longer captured: its changes emit no events.`,
    drifted: (table: string) =>
      `Capture of ${table} has changed since it was installed: some changes may emit no events.`,
  },

  faults: {
    title: (count: number) =>
      `${n(count, 'event or delivery', 'events and deliveries')} could not be processed in the last 24 hours`,
    of: (name: string, count: number) => `${name}: ${number.format(count)}`,
    ofNone: (count: number) => `Events without a delivery: ${number.format(count)}`,
    fix: 'Everything else is unaffected. Fix the cause, then retry the failed deliveries or replay the events.',
    last: 'View the latest',
  },

  errors: {
    unreachable: 'Can’t reach the server',
    unreachableText: 'Check your connection and that the server is running.',
    tooMany: 'Too many requests',
    tooManyText: 'Wait a minute, then try again.',
    unexpected: 'Something went wrong',
  },

  theme: { label: 'Appearance', system: 'System', light: 'Light', dark: 'Dark' },

  signIn: {
    title: 'Webhooks',
    text: 'Sign in with your service key or an organization key.',
    key: 'Service key or organization key',
    keyHint:
      'The server prints the location of the service key at first start. Organization keys start with cgw_.',
    action: 'Sign in',
    wrongKey: 'This key is not valid. Check that you copied all of it and that it has not been revoked.',
    link: 'No key? Ask your operator for a sign-in link.',
    linkRefused: 'This link is no longer valid',
    linkRefusedText: 'A link works once and expires. Ask for a new one, or sign in with a key.',
  },

  organization: {
    current: (name: string) => `Organization: ${name}`,
    all: 'All organizations…',
    choose: 'Choose an organization',
    chooseText: 'Your service key has access to all organizations.',
    search: 'Search organizations',
    first: 'Name your organization',
    firstText: 'Webhooks belong to an organization. Create the first one.',
    name: 'Name',
    namePlaceholder: 'Acme',
    create: 'Create organization',
  },

  list: {
    lead: 'Send CRM events to your other systems in real time.',
    summary: 'Health summary',
    endpointsWell: 'All endpoints are healthy',
    allWell: 'All webhooks are healthy',
    allOff: 'All webhooks are disabled',
    allWellText: (on: number, off: number) =>
      [on > 0 && `${n(on, 'webhook')} active`, off > 0 && `${number.format(off)} disabled`]
        .filter(Boolean)
        .join(', '),
    troubled: (bad: number, all: number) =>
      `${number.format(bad)} of ${n(all, 'webhook')} ${bad === 1 ? 'needs' : 'need'} attention`,
    sent: 'attempts in 24 h',
    successful: 'successful',
    typical: 'median response',
    waiting: (count: number, isHeld: boolean) => `${number.format(count)} ${isHeld ? 'on hold' : 'queued'}`,
    nothingYet: 'No attempts yet',
    lastResult: (status: string, code: number | null) =>
      `${status === 'success' ? 'Delivered' : 'Failed'}${code === null ? '' : `, ${code}`}`,
    everyEvent: 'all events',
    moreEvents: (count: number) => `+${number.format(count)}`,
    dayInWords: (attempts: number, failed: number) =>
      `Last 24 hours: ${n(attempts, 'attempt')}, ${number.format(failed)} failed`,
    dayShort: (rate: string, attempts: string) => `${rate} of ${attempts}`,
    dayPending: '…',
    quietDay: 'No attempts in 24 h',
  },

  condition: {
    healthy: 'Healthy',
    unused: 'Unused',
    failing: 'Degraded',
    recovering: 'Recovering',
    held: 'On hold',
    off: 'Disabled',
    switchedOff: 'Auto-disabled',
  },

  first: {
    tryTitle: 'Try a webhook in one minute',
    tryText:
      'Creates a webhook with a signing secret, points it at a test inbox on this server and sends a test event. Nothing leaves this machine.',
    tryAction: 'Try it now',
    ownTitle: 'Connect your own system',
    ownText:
      'You need an HTTPS endpoint that accepts POST requests. Select events, copy the signing secret and send a test. Sample code is available in seven languages.',
    webhookName: 'My first webhook',
    guideTitle: 'Your first webhook',
    stepInbox: 'Open a test inbox',
    stepWebhook: 'Create a webhook for the inbox',
    stepTest: 'Send a test event: contact.created',
    stepArrived: 'Receive the event',
    state: { done: '(done)', active: '(in progress)', waiting: '(pending)', failed: '(failed)' },
    secretText: 'Signing secret, shown only once:',
    tested: (code: number | null, ms: number) =>
      `${code === null ? 'No response' : `Returned ${code}`} after ${number.format(ms)} ms.`,
    next: 'That’s it. Every CRM event you subscribe to arrives like this.',
    pointElsewhere: 'Use your own endpoint',
    seeCode: 'View sample code',
    done: 'Back to webhooks',
  },

  inbox: {
    title: 'Test inbox',
    text: 'This webhook sends to a test inbox on this server. Requests appear here as they arrive.',
    nothing: 'No requests yet.',
    older: (count: number) => n(count, 'earlier request'),
    expires: (left: string) => `Expires in ${left}`,
    signature: {
      valid: 'Signature verified',
      invalid: 'Invalid signature',
      unsigned: 'Not signed',
      unknown: 'Signature not checked',
    },
  },

  create: {
    action: 'Create webhook',
    title: 'Create a webhook',
    lead: 'Enter a name, a URL and the events to send. Everything else has defaults.',
    save: 'Create webhook',
  },

  setup: {
    title: 'Your webhook is ready',
    secret:
      'Copy the signing secret now. Your endpoint needs it to verify requests. You won’t be able to see it again.',
    next: 'Send a test event to check that your endpoint responds.',
    code: 'View sample code',
    done: 'Done',
    doneSecret: 'Done, I copied the secret',
  },

  leave: {
    title: 'Leave without saving?',
    text: 'Your changes will be lost.',
    action: 'Leave',
    stay: 'Keep editing',
  },

  form: {
    endpoint: 'Endpoint',
    endpointText: 'Where to send events.',
    name: 'Name',
    namePlaceholder: 'CRM Sync',
    urlLabel: 'URL',
    url: {
      empty: 'An https:// URL that accepts POST requests.',
      unfinished: 'Enter the full URL, such as https://example.com/webhook.',
      notHttps: 'The URL must start with https://.',
      plainHttp: 'http:// is not encrypted. It works only if the operator allows it.',
      credentials: 'Remove the user name and password. Use a custom header instead.',
      fragment: 'Remove the part after #. It is never sent.',
      fine: 'Valid URL.',
    },
    description: 'Description',
    descriptionPlaceholder: 'Purpose and owner',
    active: 'Active',
    activeOn: 'Starts sending events as soon as you create it.',
    activeOff: 'Sends nothing until you enable it.',
    advanced: 'Advanced',
    advancedText: 'Timeout, rate limits and excluded data.',
    timeout: 'Timeout in seconds',
    timeoutHint: 'For each attempt. Default: 10.',
    rate: 'Requests per second',
    rateHint: 'Default: no limit.',
    inFlight: 'Concurrent requests',
    inFlightHint: 'Maximum number of requests in flight. Default: 32.',
    origins: 'Ignore changes made by',
    originsHint:
      'Names of API keys, separated by commas. Prevents loops: a system does not receive its own changes.',
    originsPlaceholder: 'HubSpot sync',
    redact: 'Exclude fields',
    redactHint: 'Field names, separated by commas. Excluded fields are neither sent nor logged.',
    redactPlaceholder: 'data.phone, data.email',
    save: 'Save changes',
    saved: 'Changes saved. They apply from the next event.',
    unsaved: 'You have unsaved changes.',
    discard: 'Discard',
    correct: 'Not saved. Correct the errors above.',
  },

  events: {
    title: 'Events',
    text: 'Select the events to send. “All” of a category includes event types added later.',
    every: 'All events',
    search: 'Search events',
    chosen: (count: number, all: number) => `${number.format(count)} of ${n(all, 'event')} selected`,
    chosenShort: (count: number, all: number) => `${number.format(count)} of ${number.format(all)}`,
    allOf: (wildcard: string) => `all ${wildcard}`,
    example: (event: string) => `Example: ${event}`,
    nothingFound: 'No events match your search.',
    operational: 'Webhook alerts',
    notPartOfEvery: 'not included in “All events”',
    operationalTexts: {
      'webhook.failing': 'A webhook keeps failing',
      'webhook.deactivated': 'A webhook was disabled because it kept failing or returned 410 Gone',
      'webhook.recovered': 'A failing webhook recovered',
      'delivery.exhausted': 'Deliveries failed after their last attempt',
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
    text: 'Send only events that match your conditions. Preview them against recent events before you save.',
    every: 'No filter',
    only: 'Conditions',
    json: 'JSON',
    jsonLabel: 'Filter as JSON',
    jsonHint: 'Fields start with data. or previous. Use MongoDB operators, such as $gte and $in.',
    match: 'Match',
    all: 'Match all conditions',
    any: 'Match any condition',
    add: 'Add condition',
    condition: (at: number) => `Condition ${at}`,
    field: (at: number) => `Field for condition ${at}`,
    operator: (at: number) => `Operator for condition ${at}`,
    value: (at: number) => `Value for condition ${at}`,
    remove: (at: number) => `Remove condition ${at}`,
    choose: 'Choose…',
    yes: 'yes',
    no: 'no',
    valuePlaceholder: 'Value',
    listPlaceholder: 'Value 1, value 2',
    operators: {
      is: 'is',
      isNot: 'is not',
      isOneOf: 'is one of',
      over: 'is greater than',
      atLeast: 'is at least',
      under: 'is less than',
      atMost: 'is at most',
      includes: 'include',
      lacks: 'do not include',
      was: 'was previously',
      isSet: 'is set',
      isEmpty: 'is empty',
    },
  },

  preview: {
    matched: (matched: number, of: number) =>
      `Matches ${number.format(matched)} of the last ${n(of, 'event')}`,
    nothingYet: 'No recent events to preview: none of the selected events has occurred yet.',
    chooseEvents: 'Select events to preview the filter.',
    sample: 'Event data',
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
    type: 'Message type',
    body: 'Text',
    media_url: 'Attachment',
    error: 'Error',
    external_id: 'Provider ID',
    recording_status: 'Recording',
    duration_minutes: 'Minutes',
    share_url: 'Share link',
  }),
  fieldOwn: (name: string) => `Custom: ${name}`,

  secret: {
    title: 'Signing secret',
    text: 'Lets your endpoint verify that a request is authentic and unmodified.',
    generate: 'Generate a secret',
    generateText: 'Recommended. Works with every Standard Webhooks library.',
    own: 'Use my own',
    ownText: 'If your endpoint already has a secret.',
    none: 'None',
    noneText: 'Not recommended. Your endpoint can’t verify requests.',
    label: 'Secret',
    rules: '8 to 256 ASCII characters. With the prefix whsec_: 24 to 64 bytes in base64.',
    copy: 'Copy secret',
    signed: 'Requests are signed with the secret ending in',
    unsigned: 'Requests are not signed. Your endpoint can’t verify where they come from.',
    add: 'Add secret',
    remove: 'Remove',
    rotate: 'Rotate…',
    rotateTitle: 'Rotate secret',
    rotateText:
      'Creates a new secret. During the overlap, requests are signed with both secrets: X-Webhook-Signature carries two values, separated by a comma. Your endpoint must accept either one.',
    overlapLabel: 'Overlap',
    overlapHint: 'How long the old secret stays valid.',
    hours: (hours: number) =>
      hours === 0 ? 'None: expire the old secret now' : hours < 48 ? n(hours, 'hour') : n(hours / 24, 'day'),
    newTitle: 'New secret',
    overlap: (left: string) => `Both secrets are valid for ${left}`,
    overlapText: (until: string) =>
      `Update your endpoint to the new secret before ${until}, when the old one expires.`,
    removeTitle: 'Remove the secret?',
    removeText: 'Requests will no longer be signed. An endpoint that verifies signatures will reject them.',
    removed: 'Secret removed.',
  },

  headers: {
    title: 'Custom headers',
    text: 'Sent with every request, for example a token for your gateway. Stored encrypted.',
    hidden: 'Values are hidden. To change one, enter all of them again.',
    change: 'Replace headers',
    add: 'Add header',
    name: (at: number) => `Name of header ${at}`,
    value: (at: number) => `Value of header ${at}`,
    remove: (at: number) => `Remove header ${at}`,
  },

  test: {
    action: 'Test',
    of: (name: string) => `Test ${name}`,
    title: (name: string) => `Test ${name}`,
    event: 'Event',
    subscribed: 'Subscribed events',
    others: 'Other events',
    alsoOff: 'This webhook is disabled. The test is sent anyway.',
    payload: 'Data',
    payloadHint: 'Sample data. Edit it to test other cases.',
    reset: 'Reset to sample',
    notJson: 'Enter a valid JSON object.',
    send: 'Send test',
    sending: 'Sending…',
    underWay: 'Waiting for a response…',
    nothingYet:
      'The response appears here. Tests are signed and logged like any other request, but not retried.',
    ok: 'Delivered',
    failed: 'Failed',
    inLog: 'View in deliveries',
  },

  active: {
    of: (name: string) => `${name} is active`,
    on: 'Active',
    off: 'Disabled',
    onAction: 'Enable',
    offAction: 'Disable',
    offTitle: (name: string) => `Disable ${name}?`,
    offNow: 'Deliveries stop immediately.',
    offWaiting: (count: number) =>
      count === 0
        ? 'No deliveries are pending, so none are cancelled.'
        : `${n(count, 'pending delivery', 'pending deliveries')} will be cancelled.`,
    offLater: 'You can replay events missed in the meantime with “Replay missed events”.',
    isOff: (name: string) => `${name} is disabled.`,
    isOn: (name: string) => `${name} is active and receives events from now on.`,
    missed: (name: string, count: number) =>
      `${name} is active. It missed ${n(count, 'event')} while disabled.`,
    seeMissed: 'Replay…',
  },

  danger: {
    title: 'Disable or delete',
    offText: 'Stops deliveries immediately and keeps all settings. You can enable it again.',
    onText: 'Starts deliveries with the next event.',
    delete: 'Delete webhook',
    deleteText: 'Stops deliveries immediately and permanently deletes its settings and secret.',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteNow: 'Its settings and secret are permanently deleted.',
    deleteLog: 'Past deliveries stay under “All deliveries” until they expire.',
    deleted: (name: string) => `${name} was deleted.`,
  },

  webhook: {
    sections: 'Webhook sections',
    tabs: { overview: 'Overview', deliveries: 'Deliveries', settings: 'Settings', code: 'Sample code' },
    notFound: 'Webhook not found',
    notFoundText: 'It may have been deleted or belong to another organization.',
    toList: 'View all webhooks',
  },

  certificate: {
    title: (days: number) =>
      days < 0
        ? 'The endpoint’s certificate has expired'
        : `The endpoint’s certificate expires in ${n(days, 'day')}`,
    text: (end: string) =>
      `Valid until ${end}. Renew it on the receiving server: deliveries fail once it has expired.`,
    short: (days: number) =>
      days < 0 ? 'Certificate expired.' : `Certificate expires in ${n(days, 'day')}.`,
  },

  overview: {
    title: 'Activity',
    range: 'Time range',
    ranges: { '24h': '24 hours', '7d': '7 days', '30d': '30 days' },
    successRate: 'Success rate',
    ofAttempts: (count: number) => `of ${n(count, 'attempt')}`,
    failed: 'Failed attempts',
    failedText: 'including retries',
    typical: 'Median response time',
    noLatency: 'no responses yet',
    slowest: (time: string) => `99% within ${time}`,
    waiting: 'Pending deliveries',
    waitingText: 'new and retrying',
    heldText: 'on hold, none are lost',
    isOff: 'Disabled',
    offText: 'Disabled by a user. You can replay missed events after you enable it.',
    failing: 'Degraded',
    recovering: 'Recovering',
    held: 'On hold',
  },

  charts: {
    look: 'View',
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
    latency: 'Response time',
    latencyInWords: (median: string | undefined) =>
      `Response time over time${median === undefined ? '' : `, median ${median}`}`,
    bucketQuiet: (time: string) => `${time}: no responses`,
    bucketLatency: (time: string, p50: string, p95: string, p99: string) =>
      `${time}: p50 ${p50}, p95 ${p95}, p99 ${p99}`,
    p50: 'Median (p50)',
    p95: 'p95',
    p99: 'p99',
    reasons: 'Failure reasons',
  },

  reasons: byName({
    redirect: 'Redirect (3xx)',
    client_error: 'Client error (4xx)',
    gone: 'Gone (410)',
    rate_limited: 'Too many requests (429)',
    server_error: 'Server error (5xx)',
    timeout: 'Timed out',
    connection_refused: 'Connection refused',
    connection_reset: 'Connection reset',
    unreachable: 'Host unreachable',
    dns_failure: 'DNS lookup failed',
    tls_failure: 'TLS handshake failed',
    invalid_response: 'Invalid HTTP response',
    blocked_destination: 'Address not allowed',
    secret_unreadable: 'Secret cannot be decrypted',
    not_sendable: 'Delivery cannot be sent',
    not_recordable: 'Outcome cannot be stored',
    internal_error: 'Internal error',
    network_error: 'Network error',
  }),

  failures: {
    title: 'Latest failures',
    all: 'View all failed',
    line: (event: string, error: string) => `${event}: ${error}`,
  },

  alerts: {
    title: 'Alerts',
    types: {
      'webhook.failing': 'Failing',
      'webhook.deactivated': 'Disabled',
      'webhook.recovered': 'Recovered',
      'delivery.exhausted': 'Deliveries failed',
    },
    failing: (percent: number) => `Failing for ${percent}% of the time after which it is disabled`,
    exhausted: (count: number) =>
      `${n(count, 'delivery', 'deliveries')} failed after the last attempt within one hour`,
    recipients: 'Email alerts',
    recipientsText:
      'Sent when a webhook keeps failing, is disabled or recovers, and when deliveries fail after their last attempt.',
    address: 'Email address',
    add: 'Add',
    remove: (email: string) => `Remove ${email}`,
  },

  notSent: {
    title: 'Not sent in the last 7 days',
    filtered: 'Filtered out',
    filteredText: 'listed under Deliveries',
    inactive: 'While disabled',
    inactiveText: 'can be replayed',
    notSubscribed: 'Not subscribed',
    notSubscribedText: 'other event types',
  },

  code: {
    title: 'Receive and verify',
    text: 'A complete program to start from. Set the environment variable WEBHOOK_SECRET to the signing secret.',
    language: 'Language',
    sample: (language: string) => `Sample in ${language}`,
    noSecret: 'This webhook has no secret',
    noSecretText: 'Its requests are not signed, so the samples below reject them.',
    headers: 'Request headers',
    headersText:
      'Standard Webhooks libraries verify webhook-signature. Otherwise, verify X-Webhook-Signature.',
    timestamp: 'time of this attempt, ISO 8601',
    id: 'event ID, the same for every attempt',
    delivery: 'delivery ID',
    attempt: '1, 2, 3…',
    signature: 'sha256= followed by the hex HMAC-SHA256 of the raw body',
    standardId: 'event ID',
    standardTimestamp: 'time of this attempt, Unix seconds',
    standardSignature: 'v1, followed by the base64 HMAC-SHA256 of id.timestamp.body',
  },

  allDeliveries: {
    link: 'All deliveries',
    title: 'All deliveries',
    lead: 'Across all webhooks, newest first.',
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

  /** Why an event was not sent, by the API's reason. */
  keptBack: byName({
    filtered: 'Did not match the webhook’s filter',
    origin: 'Changed by an ignored key',
  }),

  deliveries: {
    live: 'Show new deliveries live',
    liveState: { connecting: 'Connecting…', live: 'Live', off: 'Paused' },
    paused: 'Paused',
    filters: 'Filter deliveries',
    status: 'Status',
    anyStatus: 'Any status',
    event: 'Event',
    anyEvent: 'Any event',
    code: 'Response code',
    anyCode: 'Any code',
    noCode: 'No response',
    otherCode: 'Other…',
    record: 'Record ID',
    period: 'Time',
    anyTime: 'Any time',
    periods: { hour: 'Last hour', day: 'Last 24 hours', week: 'Last 7 days', month: 'Last 30 days' },
    custom: 'Custom range…',
    from: 'From',
    to: 'To',
    clear: 'Clear filters',
    list: 'Deliveries',
    webhook: 'Webhook',
    deleted: 'Deleted webhook',
    answer: 'Response',
    attempts: 'Attempts',
    again: 'retry',
    attemptCount: (count: number) => n(count, 'attempt'),
    when: 'When',
    more: 'Load more',
    none: 'No deliveries yet',
    noneText: 'Deliveries appear here as events occur. Send a test to see the first one.',
    noMatch: 'No deliveries match these filters.',
  },

  redeliver: {
    menu: 'Retry or replay',
    failed: 'Retry failed deliveries…',
    failedText: 'Retries every failed delivery in this time range once, in the background.',
    missed: 'Replay missed events…',
    missedText:
      'Sends events in this time range that never reached this webhook because it was disabled or not subscribed, its filter excluded them, or their delivery failed. The current events and filter apply.',
    preset: (hours: number) => (hours === 1 ? 'Last hour' : hours === 24 ? '24 hours' : `${hours / 24} days`),
    everyEvent: 'All events',
    counting: 'Counting…',
    uncounted: 'Too many to count in advance.',
    countFailed: (count: number) => `${n(count, 'failed delivery', 'failed deliveries')} in this time range.`,
    countMissed: (count: number) => `${n(count, 'missed event')} in this time range.`,
    off: 'This webhook is disabled. Enable it first.',
    start: 'Send',
    startCount: (count: number) => `Send ${number.format(count)}`,
    cancel: 'Stop',
    progress: 'Progress',
    leftOut: (count: number) => `${number.format(count)} could not be queued and will not be sent.`,
    state: {
      retry_failed: {
        running: (queued: number, of: number | null) =>
          `Retrying failed deliveries: ${progress(queued, of)} queued`,
        completed: (queued: number) =>
          `${n(queued, 'failed delivery', 'failed deliveries')} queued for retry`,
        cancelled: (queued: number) => `Retry stopped after ${n(queued, 'delivery', 'deliveries')}`,
      },
      replay_events: {
        running: (queued: number, of: number | null) =>
          `Replaying missed events: ${progress(queued, of)} queued`,
        completed: (queued: number) => `${n(queued, 'missed event')} queued for replay`,
        cancelled: (queued: number) => `Replay stopped after ${n(queued, 'event')}`,
      },
    },
  },

  drawer: {
    title: 'Delivery',
    previous: 'Previous delivery',
    next: 'Next delivery',
    link: 'Copy link',
    linkCopied: 'Link copied.',
    gone: 'This delivery is no longer in the log.',
    retry: 'Retry now',
    sendAgain: 'Resend',
    retried: (isOk: boolean, code: number | null) =>
      `${isOk ? 'Delivered' : 'Failed again'}${code === null ? '.' : `: the endpoint returned ${code}.`}`,
    curl: 'Copy as cURL',
    curlCopied: 'Command copied.',
    curlCopiedHidden: 'Command copied. Replace •••••• with the hidden header values before you run it.',
    changed: 'What changed',
    field: 'Field',
    before: 'Before',
    after: 'After',
    empty: 'empty',
    history: 'All deliveries about this record',
    origin: (name: string) => `Changed by ${name}`,
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
    answered: (code: number, time: string) => `Returned ${code} in ${time}.`,
    noAnswer: 'No response.',
    emptyBody: 'The response has no body.',
    nothingSent: 'No request was sent.',
    notSent: { filtered: 'Filtered out', cancelled: 'Cancelled' },
  },

  timeline: {
    attempt: (at: number) => `Attempt ${at}`,
    trigger: {
      event: 'first attempt',
      retry: 'automatic retry',
      manual: 'manual retry',
      test: 'test',
    },
    next: 'Next attempt',
    end: {
      pending: 'Pending',
      retrying: 'Retrying automatically',
      failed: 'Failed: no more automatic retries. You can retry it manually.',
      cancelled: 'Cancelled',
      filtered: 'Filtered out. You can still send it.',
    },
  },
} as const

function progress(queued: number, of: number | null): string {
  return of === null ? number.format(queued) : `${number.format(queued)} of ${number.format(of)}`
}
