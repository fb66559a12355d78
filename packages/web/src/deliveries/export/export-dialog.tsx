import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { RadioCards } from '../../components/field.tsx'
import { formatBytes, formatDateTime } from '../../components/format.ts'
import { saveFile } from '../../components/save-file.ts'
import { ErrorNotice, Notice } from '../../components/surface.tsx'
import { t } from '../../messages/index.ts'
import type { Filters } from '../filters.ts'
import type { Scope } from '../list-query.ts'
import type { Content, Format } from './export-rows.ts'
import { MAX_BYTES, MAX_ROWS, writeExport } from './write-export.ts'
import type { ExportFile, Progress } from './write-export.ts'

interface DialogProps {
  scope: Scope
  filters: Filters
  /** Undefined: all webhooks. */
  webhookName: string | undefined
  onClose: () => void
}

/** Exports what the list shows, with its progress, and says in the end what the file has. */
export function ExportDialog({ scope, filters, webhookName, onClose }: DialogProps) {
  const [content, setContent] = useState<Content>('deliveries')
  const [format, setFormat] = useState<Format>('csv')
  const [progress, setProgress] = useState<Progress>()
  const abort = useRef<AbortController>(undefined)
  const run = useMutation({
    mutationFn: async () => {
      abort.current = new AbortController()
      const { signal } = abort.current
      setProgress(undefined)
      return await writeExport(
        { scope, filters, content, format },
        { webhookName, signal, onProgress: setProgress },
      )
    },
    onSuccess: (file) => saveFile(file.content, file.name),
  })
  // Closing the dialog ends the export.
  useEffect(() => () => abort.current?.abort(), [])
  // On a phone, it is below what is shown.
  const state = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (run.status !== 'idle') state.current?.scrollIntoView({ block: 'nearest' })
  }, [run.status])
  const isStopped = run.error instanceof DOMException && run.error.name === 'AbortError'
  return (
    <Dialog
      title={t.export.title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.close}</Button>
          <Button variant="primary" busy={run.isPending} onClick={() => run.mutate()}>
            {t.export.start}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted small">{t.export.text({ rows: MAX_ROWS, size: formatBytes(MAX_BYTES) })}</p>
        <RadioCards
          isLabelShown
          label={t.export.content}
          value={content}
          options={[
            { value: 'deliveries', title: t.export.deliveries, text: t.export.deliveriesText },
            { value: 'attempts', title: t.export.attempts, text: t.export.attemptsText },
          ]}
          onChange={setContent}
        />
        <RadioCards
          isLabelShown
          label={t.export.format}
          value={format}
          options={[
            { value: 'csv', title: t.export.csv, text: t.export.csvHint },
            { value: 'json', title: t.export.json, text: t.export.jsonHint },
          ]}
          onChange={setFormat}
        />
        <div ref={state} className="stack-small">
          {run.isPending && (
            <Notice
              live
              tone="info"
              title={describeProgress(progress)}
              action={
                <Button small onClick={() => abort.current?.abort()}>
                  {t.export.stop}
                </Button>
              }
            />
          )}
          {run.error !== null && !isStopped && <ErrorNotice error={run.error} />}
          {run.error !== null && <Notice live tone="warn" title={t.export.failed} />}
          {run.data !== undefined && <Done file={run.data} />}
        </div>
      </div>
    </Dialog>
  )
}

function describeProgress(progress: Progress | undefined): string {
  if (progress?.oldest === undefined) return t.export.begins
  const { rows, bytes, oldest } = progress
  return t.export.progress({ rows, size: formatBytes(bytes), oldest: formatDateTime(oldest) })
}

function Done({ file }: { file: ExportFile }) {
  const { rows, name, isCut, oldest } = file
  const again = (
    <Button small onClick={() => saveFile(file.content, name)}>
      {t.export.saveAgain}
    </Button>
  )
  if (isCut && oldest !== undefined)
    return (
      <Notice live tone="warn" title={t.export.cut({ rows })} action={again}>
        {t.export.cutText({ name, oldest: formatDateTime(oldest) })}
      </Notice>
    )
  return (
    <Notice
      live
      tone={rows === 0 ? 'quiet' : 'ok'}
      title={rows === 0 ? t.export.none({ name }) : t.export.done({ rows, name })}
      action={again}
    />
  )
}
