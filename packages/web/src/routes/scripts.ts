/** The scripts of the views, apart from the list, which is in the first one. */
export const SCRIPTS = {
  create: () => import('./create-page.tsx'),
  webhook: () => import('./webhook-page.tsx'),
  allDeliveries: () => import('./all-deliveries-page.tsx'),
  overview: () => import('../webhooks/overview.tsx'),
  deliveries: () => import('../deliveries/deliveries-view.tsx'),
  settings: () => import('../webhooks/settings-tab.tsx'),
  code: () => import('../webhooks/code-tab.tsx'),
  first: () => import('../webhooks/first-webhook.tsx'),
  test: () => import('../webhooks/test-dialog.tsx'),
  shape: () => import('../webhooks/form/shape-script.ts'),
} as const

type Script = keyof typeof SCRIPTS

/** Which scripts the view of a path needs. */
function listScripts(path: string): Script[] {
  const [first = '', tab = ''] = path.split('/').filter(Boolean)
  if (first === '') return []
  if (first === 'new') return ['create']
  if (first === 'deliveries') return ['allDeliveries', 'deliveries']
  if (tab === 'deliveries' || tab === 'settings' || tab === 'code') return ['webhook', tab]
  return ['webhook', 'overview']
}

const load = (names: readonly Script[]): void => {
  // The view that needs it tells of a failure.
  for (const name of names) SCRIPTS[name]().catch(() => undefined)
}

/** Loads the scripts of a path at once, instead of one after the other. */
export const loadScripts = (path: string): void => load(listScripts(path))

let isIdle = false

/** Loads all others while nothing happens, so that the next view appears without waiting. */
export function loadOtherScripts(): void {
  if (isIdle) return
  isIdle = true
  const run = (): void => load(Object.keys(SCRIPTS) as Script[])
  if ('requestIdleCallback' in globalThis) requestIdleCallback(run, { timeout: 5_000 })
  else setTimeout(run, 1_000)
}
