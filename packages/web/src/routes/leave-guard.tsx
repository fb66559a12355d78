import { useEffect, useSyncExternalStore } from 'react'
import { useBrowserLocation } from 'wouter/use-browser-location'
import { Confirm } from '../components/dialog.tsx'
import { t } from '../messages/index.ts'

/*
 * A form with unsaved changes guards the page: leaving asks for confirmation first. Links and the page's own navigation
 * can be held back; for the browser's back button, the history entry is restored.
 */
let isGuarded = false
let leave: (() => void) | undefined
const listeners = new Set<() => void>()

function ask(go: (() => void) | undefined): void {
  leave = go
  for (const listener of listeners) listener()
}

let guardedUrl = ''
let discard: (() => void) | undefined

// Registered before the router's listener, which then sees the form's URL again.
addEventListener('popstate', () => {
  if (!isGuarded) return
  history.pushState(null, '', guardedUrl)
  ask(() => history.back())
})

addEventListener('beforeunload', (event) => {
  if (isGuarded) event.preventDefault()
})

/**
 * Asks for confirmation before leaving while there are unsaved changes.
 * @param onDiscard called when the user leaves them
 */
export function useUnsavedChanges(hasChanges: boolean, onDiscard: () => void): void {
  useEffect(() => {
    isGuarded = hasChanges
    guardedUrl = location.href
    discard = onDiscard
    return () => {
      isGuarded = false
    }
  }, [hasChanges, onDiscard])
}

/** For leaving after saving, when the form has no unsaved changes any more. */
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
        discard?.()
      }}
    >
      <p>{t.leave.text}</p>
    </Confirm>
  )
}
