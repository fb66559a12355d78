/** The table of contents of the guide: names of files in docs/ without extension, and their titles. */
export const CONTENTS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Begin',
    [
      ['quick-start', 'Quick start'],
      ['concepts', 'Concepts'],
      ['settings-page', 'The settings page'],
    ],
  ],
  [
    'Receive',
    [
      ['receiving', 'Receiving and verifying'],
      ['events', 'Events'],
      ['filtering', 'Filtering'],
      ['troubleshooting', 'Troubleshooting'],
    ],
  ],
  [
    'Use',
    [
      ['api', 'API'],
      ['command-line', 'Command line'],
      ['retrying', 'Retrying'],
      ['alerts', 'Alerts'],
      ['statistics', 'Statistics'],
      ['sources', 'Zoom and WhatsApp'],
      ['errors', 'Errors'],
    ],
  ],
  [
    'Operate',
    [
      ['operations', 'Operating'],
      ['deploying', 'Deploying'],
      ['installing', 'Attaching to a CRM'],
      ['sizing', 'Sizing, backup, scaling out'],
      ['upgrading', 'Upgrading'],
      ['monitoring', 'Monitoring'],
      ['security', 'Security'],
      ['privacy', 'Privacy'],
    ],
  ],
  [
    'Know',
    [
      ['architecture', 'Architecture'],
      ['benchmarks', 'Benchmarks'],
      ['comparison', 'Beside others'],
    ],
  ],
]

/** `[name, title]` of every page. */
export const PAGES = CONTENTS.flatMap(([, pages]) => pages)
