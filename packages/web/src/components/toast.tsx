import { AlertCircle, CheckCircle2, X } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { t } from '../messages/index.ts'
import { Button, IconButton } from './button.tsx'
import { describeError } from './surface.tsx'
import styles from './toast.module.css'

interface Toast {
  id: number
  text: string
  isBad: boolean
  /** What it is about. A later toast about the same replaces it. */
  subject: string | undefined
  action: { text: string; run: () => void } | undefined
}

const SHOWN_MS = 7_000

let toasts: readonly Toast[] = []
let count = 0
const listeners = new Set<() => void>()

function change(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

const dismiss = (id: number): void => change(toasts.filter((toast) => toast.id !== id))

function show(text: string, isBad: boolean, action: Toast['action'], subject?: string): void {
  count += 1
  const id = count
  const others = toasts.filter((shown) => subject === undefined || shown.subject !== subject)
  change([...others.slice(-2), { id, text, isBad, subject, action }])
  setTimeout(() => dismiss(id), SHOWN_MS)
}

/** Shows briefly that an action succeeded. */
export const toast = (text: string, action?: Toast['action'], subject?: string): void =>
  show(text, false, action, subject)

/** Shows why an action failed. */
export function toastError(error: unknown): void {
  const { title, text } = describeError(error)
  show(text === undefined ? title : `${title}. ${text}`, true, undefined)
}

/** A popover, so that it appears above an open dialog. */
export function Toaster() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  const stack = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = stack.current
    if (element === null) return
    if (element.matches(':popover-open')) element.hidePopover()
    if (shown.length > 0) element.showPopover()
  }, [shown])
  return (
    <div
      ref={stack}
      className={styles.stack}
      popover="manual"
      role="status"
      aria-live="polite"
      aria-label={t.notifications}
    >
      {shown.map(({ id, text, isBad, action }) => (
        <div key={id} className={isBad ? `${styles.toast} ${styles.bad}` : styles.toast}>
          <span className={styles.icon} aria-hidden="true">
            {isBad ? <AlertCircle size={16} /> : <CheckCircle2 size={16} />}
          </span>
          <span>{text}</span>
          {action !== undefined && (
            <Button
              small
              onClick={() => {
                dismiss(id)
                action.run()
              }}
            >
              {action.text}
            </Button>
          )}
          <IconButton label={t.dismiss} small onClick={() => dismiss(id)}>
            <X size={14} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
