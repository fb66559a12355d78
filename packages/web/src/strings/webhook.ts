import { byName, countOf, number } from './format.ts'

/** One webhook: overview, test, sample code, disabling and deleting. */
export const webhook = {
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
    inLog: 'View logs',
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
        : `${countOf(count, 'pending delivery', 'pending deliveries')} will be cancelled.`,
    offLater: 'You can replay events missed in the meantime with “Replay missed events”.',
    isOff: (name: string) => `${name} is disabled.`,
    isOn: (name: string) => `${name} is active and receives events from now on.`,
    missed: (name: string, count: number) =>
      `${name} is active. It missed ${countOf(count, 'event')} while disabled.`,
    seeMissed: 'Replay…',
  },

  danger: {
    title: 'Manage',
    copy: 'Duplicate',
    copyText: 'Creates a webhook with the same settings, its own secret and no header values.',
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
        : `The endpoint’s certificate expires in ${countOf(days, 'day')}`,
    text: (end: string) =>
      `Valid until ${end}. Renew it on the receiving server: deliveries fail once it has expired.`,
    short: (days: number) =>
      days < 0 ? 'Certificate expired.' : `Certificate expires in ${countOf(days, 'day')}.`,
  },

  overview: {
    title: 'Activity',
    range: 'Time range',
    ranges: { '24h': '24 hours', '7d': '7 days', '30d': '30 days' },
    successRate: 'Success rate',
    ofAttempts: (count: number) => `of ${countOf(count, 'attempt')}`,
    failed: 'Failed attempts',
    failedText: 'including retries',
    typical: 'Median response time',
    noLatency: 'no responses yet',
    slowest: (time: string) => `99% within ${time}`,
    waiting: 'Pending deliveries',
    waitingText: 'new and retrying',
    heldText: 'on hold, none are lost',
    waitingOff: 'cancelled when disabled',
    isOff: 'Disabled',
    offText: 'Disabled by a user. You can replay missed events after you enable it.',
    failing: 'Degraded',
    unreliable: 'Many attempts fail',
    recovering: 'Recovering',
    held: 'On hold',
    edit: 'Edit settings',
    noAttempts: 'No attempts in this time range',
    noAttemptsText: 'Charts appear once an event is sent. Send a test to see the first attempt in the log.',
  },

  charts: {
    look: 'View',
    chart: 'Chart',
    table: 'Table',
    deliveries: 'Attempts',
    deliveriesInWords: (ok: number, bad: number) =>
      `Attempts over time: ${countOf(ok, 'success', 'successes')}, ${number.format(bad)} failed`,
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
    times: (count: number) => countOf(count, 'time'),
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
      `${countOf(count, 'delivery', 'deliveries')} failed after the last attempt within one hour`,
    recipients: 'Email alerts',
    recipientsText:
      'Sent when a webhook keeps failing, is disabled or recovers, and when deliveries fail after their last attempt.',
    noMail: 'This server cannot send mail yet',
    noMailText: 'Addresses are saved. Mail is sent once the operator sets SMTP_URL.',
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
    trigger: 'event, retry, manual, replay or test',
    signature: 'sha256= followed by the hex HMAC-SHA256 of the raw body',
    standardId: 'event ID',
    standardTimestamp: 'time of this attempt, Unix seconds',
    standardSignature: 'v1, followed by the base64 HMAC-SHA256 of id.timestamp.body',
    asymmetric: 'This webhook is signed with a public key',
    asymmetricText:
      'Set WEBHOOK_SECRET to the public key, which starts with whpk_. Of the samples below, only the one in Node.js verifies such signatures.',
    asymmetricSignature: 'v1a, followed by the base64 Ed25519 signature of id.timestamp.body',
  },
} as const
