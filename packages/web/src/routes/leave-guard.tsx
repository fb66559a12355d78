import { useEffect, useSyncExternalStore } from 'react'
import { useBrowserLocation } from 'wouter/use-browser-location'
import { Confirm } from '../components/dialog.tsx'
import { t } from '../strings.ts'

/*
 * A form with unsaved changes guards the page: whoever would leave it is asked first. Links and the page's own
 * navigation are held back; the browser's back button cannot be, so the entry that it left is put on again.
 */
let isGuarded = false
let leave: (() => void) | undefined
const listeners = new Set<() => void>()

function ask(go: (() => void) | undefined): void {
  leave = go
  for (const listener of listeners) listener()
}

let guardedUrl = ''

// Registered before the router's own: when that reads the address, it is the form's again.
addEventListener('popstate', () => {
  if (!isGuarded) return
  history.pushState(null, '', guardedUrl)
  ask(() => history.back())
})

addEventListener('beforeunload', (event) => {
  if (isGuarded) event.preventDefault()
})

/** Asks before the page is left, for as long as there are unsaved changes. */
export function useUnsavedChanges(hasChanges: boolean): void {
  useEffect(() => {
    isGuarded = hasChanges
    guardedUrl = location.href
    return () => {
      isGuarded = false
    }
  }, [hasChanges])
}

/** For leaving after saving, when what is in the form is no longer unsaved. */
export function releaseGuard(): void {
  isGuarded = false
}

export const useGuardedLocation: typeof useBrowserLocation = (...options) => {
  const [path, navigate] = useBrowserLocation(...options)
  const guarded: typeof navigate = (to, navigateOptions) => {
    if (isGuarded) ask(() => navigate(to, navigateOptions))
    else navigate(to, navigateOptions)
  }
  return [path, guarded]
}

export function LeaveQuestion() {
  const go = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => leave,
  )
  if (go === undefined) return null
  return (
    <Confirm
      title={t.leave.title}
      action={t.leave.action}
      cancel={t.leave.stay}
      danger
      onClose={() => ask(undefined)}
      onConfirm={() => {
        isGuarded = false
        ask(undefined)
        go()
      }}
    >
      <p>{t.leave.text}</p>
    </Confirm>
  )
}
