import { byName, countOf, number } from './format.ts'

/** The list of deliveries, one delivery, retry and replay. */
export const deliveries = {
  allDeliveries: {
    link: 'View logs',
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
    attemptCount: (count: number) => countOf(count, 'attempt'),
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
    countFailed: (count: number) =>
      `${countOf(count, 'failed delivery', 'failed deliveries')} in this time range.`,
    countMissed: (count: number) => `${countOf(count, 'missed event')} in this time range.`,
    off: 'This webhook is disabled. Enable it first.',
    start: 'Send',
    startCount: (count: number) => `Send ${number.format(count)}`,
    cancel: 'Stop',
    progress: 'Progress',
    outcome: (delivered: number, failed: number, pending: number) =>
      [
        `${number.format(delivered)} delivered`,
        failed > 0 && `${number.format(failed)} failed again`,
        pending > 0 && `${number.format(pending)} pending`,
      ]
        .filter(Boolean)
        .join(', '),
    leftOut: (count: number) => `${number.format(count)} could not be queued and will not be sent.`,
    state: {
      retry_failed: {
        running: (queued: number, of: number | null) =>
          `Retrying failed deliveries: ${progress(queued, of)} queued`,
        completed: (queued: number) =>
          `${countOf(queued, 'failed delivery', 'failed deliveries')} queued for retry`,
        cancelled: (queued: number) => `Retry stopped after ${countOf(queued, 'delivery', 'deliveries')}`,
      },
      replay_events: {
        running: (queued: number, of: number | null) =>
          `Replaying missed events: ${progress(queued, of)} queued`,
        completed: (queued: number) => `${countOf(queued, 'missed event')} queued for replay`,
        cancelled: (queued: number) => `Replay stopped after ${countOf(queued, 'event')}`,
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
      replay: 'replay',
      test: 'test',
    },
    next: 'Next attempt',
    held: 'On hold',
    heldText: 'Sent as soon as the endpoint responds again. Nothing is lost.',
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
