import { Download } from 'lucide-react'
import { inPhrase, t } from '../messages/index.ts'
import { IconButton } from './button.tsx'
import { CopyButton, Parts } from './code.tsx'
import styles from './code.module.css'
import { readBody } from './body-text.ts'
import type { ReadBody } from './body-text.ts'
import { formatBytes } from './format.ts'
import { highlightJson } from './highlight.ts'
import { saveFile } from './save-file.ts'
import type { Part } from './highlight.ts'

interface BodyProps {
  text: string
  label: string
  /** Of the message that the body belongs to: they tell its type and whole size. */
  headers?: Record<string, string> | null
}

/** Shows a body as what it is: JSON indented, text with its invisible controls, bytes in hexadecimal. */
export function Body({ text, label, headers }: BodyProps) {
  const body = readBody(text, headers ?? {})
  return (
    <div className="stack-small">
      <p className={styles.facts}>
        {[t.body.kinds[body.kind], body.type, formatBytes(body.size)].filter(Boolean).join(' · ')}
        {body.isCut && (
          <strong>
            {body.wholeSize === undefined
              ? t.body.cut({ kept: formatBytes(body.size) })
              : t.body.cutOf({ kept: formatBytes(body.size), whole: formatBytes(body.wholeSize) })}
          </strong>
        )}
      </p>
      <div className={styles.block}>
        <pre className={styles.code} tabIndex={0} role="group" aria-label={label} dir="ltr">
          <Parts parts={toParts(body)} />
        </pre>
        <div className={styles.tools}>
          <CopyButton text={body.copied} label={t.copyOf({ what: inPhrase(label) })} />
          <IconButton label={t.body.download({ what: inPhrase(label) })} small onClick={() => download(body)}>
            <Download size={14} aria-hidden="true" />
          </IconButton>
        </div>
      </div>
    </div>
  )
}

function toParts({ kind, shown }: ReadBody): Part[] {
  const parts: Part[] = kind === 'json' ? highlightJson(shown) : [['plain', shown]]
  return parts.flatMap(([part, text]) => showControls(part, text))
}

/** Characters that turn or hide what follows them: shown by their code, so that a text cannot read as another one. */
const CONTROLS =
  /([\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]|(?![\t\n\r])\p{Cc})/u

function showControls(kind: Part[0], text: string): Part[] {
  if (!CONTROLS.test(text)) return [[kind, text]]
  return text
    .split(CONTROLS)
    .filter((part) => part !== '')
    .map((part): Part => (CONTROLS.test(part) ? ['control', codeOf(part)] : [kind, part]))
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

const download = ({ bytes, type, extension }: ReadBody): void =>
  saveFile(new Blob([bytes], { type: type || 'text/plain' }), `body.${extension}`)
