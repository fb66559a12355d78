import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { inPhrase, t } from '../messages/index.ts'
import { IconButton } from './button.tsx'
import styles from './code.module.css'
import { highlightCode } from './highlight.ts'
import type { Part } from './highlight.ts'
import { toastError } from './toast.tsx'

const CONFIRMED_MS = 2_000

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  return (
    <IconButton
      label={label}
      small
      onClick={() => void copyText(text).then(() => setCopied(true), toastError)}
    >
      {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      <span className="visually-hidden" role="status">
        {isCopied ? t.copied : ''}
      </span>
    </IconButton>
  )
}

/** Also works without the clipboard API: on plain http, or in a frame without permission. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    // Inside an open dialog, because nothing outside of it can be selected.
    const parent = document.querySelector('dialog[open]') ?? document.body
    parent.append(area)
    area.select()
    const isDone = document.execCommand('copy')
    area.remove()
    if (!isDone) throw new Error(t.copyFailed)
  }
}

export function Parts({ parts }: { parts: readonly Part[] }) {
  return parts.map(([kind, text], index) =>
    kind === 'plain' ? (
      text
    ) : (
      <span key={index} className={styles[kind]}>
        {text}
      </span>
    ),
  )
}

export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className={styles.block}>
      <pre className={`${styles.code} ${styles.tall}`} tabIndex={0} role="group" aria-label={label}>
        <Parts parts={highlightCode(text)} />
      </pre>
      <div className={styles.tools}>
        <CopyButton text={text} label={t.copyOf({ what: inPhrase(label) })} />
      </div>
    </div>
  )
}

/** Shows a secret, at the only time when it is known. */
export function SecretText({ secret }: { secret: string }) {
  return (
    <div className={styles.secret} data-shown-once>
      <code>{secret}</code>
      <CopyButton text={secret} label={t.secret.copy} />
    </div>
  )
}

export function HeaderTable({ headers, label }: { headers: Record<string, string>; label: string }) {
  return (
    <table className={styles.headers} aria-label={label}>
      <tbody>
        {Object.entries(headers).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
