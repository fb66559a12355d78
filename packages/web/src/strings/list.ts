import { countOf, number } from './format.ts'

/** The list of webhooks, and what it shows before the first one exists. */
export const list = {
  faults: {
    title: (count: number) =>
      `${countOf(count, 'event or delivery', 'events and deliveries')} could not be processed in the last 24 hours`,
    of: (name: string, count: number) => `${name}: ${number.format(count)}`,
    ofNone: (count: number) => `Events without a delivery: ${number.format(count)}`,
    fix: 'Everything else is unaffected. Fix the cause, then retry the failed deliveries or replay the events.',
    last: 'View the latest',
  },

  list: {
    lead: 'Send CRM events to your other systems in real time.',
    summary: 'Health summary',
    endpointsWell: 'All endpoints are healthy',
    allWell: 'All webhooks are healthy',
    allOff: 'All webhooks are disabled',
    allWellText: (on: number, off: number) =>
      [on > 0 && `${countOf(on, 'webhook')} active`, off > 0 && `${number.format(off)} disabled`]
        .filter(Boolean)
        .join(', '),
    troubled: (bad: number, all: number) =>
      `${number.format(bad)} of ${countOf(all, 'webhook')} ${bad === 1 ? 'needs' : 'need'} attention`,
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
      `Last 24 hours: ${countOf(attempts, 'attempt')}, ${number.format(failed)} failed`,
    dayShort: (rate: string, attempts: string) => `${rate} of ${attempts} succeeded`,
    quietDay: 'No attempts in 24 h',
    failingShare: (share: string) => `${share} failing`,
    moreTroubled: (count: number) => `${number.format(count)} more`,
    sharedBy: (count: number) => `${countOf(count, 'webhook')}:`,
    find: 'Find webhooks',
    search: 'Search name or URL',
    health: 'Health',
    anyHealth: 'Any health',
    healthFilter: {
      attention: (count: number) => `Needs attention (${number.format(count)})`,
      healthy: (count: number) => `Healthy (${number.format(count)})`,
      off: (count: number) => `Disabled (${number.format(count)})`,
    },
    order: 'Sort',
    orders: {
      attention: 'Needs attention first',
      name: 'Name',
      newest: 'Newest first',
      traffic: 'Most attempts first',
    },
    found: (shown: number, all: number) => `${number.format(shown)} of ${countOf(all, 'webhook')}`,
    nothingFound: 'No matching webhooks',
    nothingFoundText: 'Change the search or clear the filters.',
    select: (name: string) => `Select ${name}`,
    selectAll: 'Select all',
    selection: 'Selected webhooks',
    selected: (count: number) => `${countOf(count, 'webhook')} selected`,
    unselect: 'Clear selection',
    enable: 'Enable',
    disable: 'Disable',
    enabled: (count: number) => `${countOf(count, 'webhook')} enabled.`,
    disabled: (count: number) => `${countOf(count, 'webhook')} disabled.`,
    disableTitle: (count: number) => `Disable ${countOf(count, 'webhook')}?`,
    disableText:
      'New events are no longer sent, and pending deliveries are cancelled. You can send missed events after enabling them again.',
    retryTitle: (count: number) => `Retry failed deliveries of ${countOf(count, 'webhook')}?`,
    retryText:
      'Sends the failed deliveries of the last 24 hours again, at each endpoint’s pace. Disabled webhooks are skipped.',
    retried: (count: number) => `${countOf(count, 'failed delivery', 'failed deliveries')} queued again.`,
  },

  condition: {
    healthy: 'Healthy',
    unused: 'Unused',
    unreliable: 'Failing often',
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
    older: (count: number) => countOf(count, 'earlier request'),
    expires: (left: string) => `Expires in ${left}`,
    signature: {
      valid: 'Signature verified',
      invalid: 'Invalid signature',
      unsigned: 'Not signed',
      unknown: 'Signature not checked',
    },
  },
} as const
