/** The frame around a view: sign-in, organization, notices, errors. */
export const frame = {
  brand: 'ConnectGain',
  settings: 'Settings',
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
  body: {
    kinds: { json: 'JSON', text: 'Text', binary: 'Binary' },
    cut: (kept: string) => `Cut off: only the first ${kept} are kept`,
    cutOf: (kept: string, whole: string) => `Cut off: the first ${kept} of ${whole}`,
    download: (what: string) => `Download ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
  },
  readOnly: 'Read-only: your key has the read scope.',
  offline: 'Can’t reach the server.',
  offlineText: 'Showing the last known state. Retrying automatically.',

  capture: {
    label: 'Capture from the CRM',
    missing: (table: string) => `${table} is no longer captured: its changes emit no events.`,
    drifted: (table: string) =>
      `Capture of ${table} has changed since it was installed: some changes may emit no events.`,
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
    ended: 'Your session has ended',
    endedText: 'Sign in again to continue. Nothing that you entered is lost.',
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
    elsewhereText: 'The CRM has the organizations. Enter the UUID of one, as its rows have it.',
    id: 'Organization ID',
    idWrong: 'Enter a UUID: 32 hexadecimal digits in five groups.',
    open: 'Open',
  },
} as const
