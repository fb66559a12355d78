import { X } from 'lucide-react'
import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import { holdSpace } from '../embed/size.ts'
import { t } from '../messages/index.ts'
import { Button, IconButton } from './button.tsx'
import styles from './dialog.module.css'

interface DialogProps {
  title: ReactNode
  onClose: () => void
  kind?: 'dialog' | 'wide' | 'drawer'
  /** Next to the close button. */
  tools?: ReactNode
  foot?: ReactNode
  /** Finds what has the focus afterwards; default: what had it before. */
  returnTo?: () => HTMLElement | null
  children: ReactNode
}

/**
 * The browser's own modal dialog: it traps and restores the focus, closes on Escape and makes the rest of the page
 * inert. It is open while it is mounted.
 */
export function Dialog({ title, onClose, kind = 'dialog', tools, foot, returnTo, children }: DialogProps) {
  const findReturn = useRef(returnTo)
  findReturn.current = returnTo
  const dialog = useRef<HTMLDialogElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const titleId = useId()
  useEffect(() => holdSpace(), [])
  useEffect(() => {
    const opened = dialog.current
    const before = document.activeElement
    if (opened?.open === false) opened.showModal()
    body.current?.focus()
    return () => {
      opened?.close()
      const next = findReturn.current?.() ?? before
      if (next instanceof HTMLElement) next.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className={[styles.dialog, kind !== 'dialog' && styles[kind]].filter(Boolean).join(' ')}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className={styles.head}>
        <h2 id={titleId} className={styles.title}>
          {title}
        </h2>
        <div className={styles.tools}>
          {tools}
          <IconButton label={t.close} small onClick={onClose}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      </div>
      <div ref={body} className={styles.body} tabIndex={-1}>
        {children}
      </div>
      {foot !== undefined && <div className={styles.foot}>{foot}</div>}
    </dialog>
  )
}

interface ConfirmProps {
  title: string
  children: ReactNode
  action: string
  danger?: boolean
  busy?: boolean
  onConfirm: () => void
  onClose: () => void
  cancel?: string
}

export function Confirm({
  title,
  children,
  action,
  danger,
  busy = false,
  onConfirm,
  onClose,
  cancel,
}: ConfirmProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel ?? t.cancel}</Button>
          <Button variant={danger === true ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  )
}
