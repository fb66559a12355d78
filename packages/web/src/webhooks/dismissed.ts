import { useState } from 'react'

const RECENT_MS = 15 * 60_000
const DISMISSED = 'webhooks.dismissed'

const readDismissed = (): readonly string[] => (sessionStorage.getItem(DISMISSED) ?? '').split(' ')

/** What runs in the background is shown while it runs; its outcome for a while afterwards, unless the user dismisses it. */
export function useDismissed() {
  const [dismissed, setDismissed] = useState(readDismissed)
  return {
    isShown: (id: string, end: string | null): boolean =>
      end === null || (Date.now() - Date.parse(end) < RECENT_MS && !dismissed.includes(id)),
    dismiss(id: string): void {
      const next = [...dismissed, id]
      setDismissed(next)
      sessionStorage.setItem(DISMISSED, next.join(' '))
    },
  }
}
