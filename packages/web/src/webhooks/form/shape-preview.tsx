import { useState } from 'react'
import { Body } from '../../components/body.tsx'
import { Field, FieldError, Select } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import { say } from '../../messages/server-words.ts'
import { toSentence } from '../../messages/sentence.ts'
import type { Draft } from './draft.ts'
import type { Outcome, Sample } from './preview-shape.ts'
import { toPreview, usePreview, useSamples } from './preview-shape.ts'

interface PreviewProps {
  draft: Draft
  organizationId: string
}

/** Shows what the webhook would send of a recent event, or of an example. */
export function ShapePreview({ draft, organizationId }: PreviewProps) {
  const samples = useSamples(draft.events, organizationId)
  const [chosen, choose] = useState<string>()
  const sample = samples?.find(({ key }) => key === chosen) ?? samples?.[0]
  const { data, error } = usePreview(toPreview(draft, organizationId, sample?.body))
  if (samples === undefined) return <p className="muted small">{t.loading}</p>
  return (
    <>
      <SampleSelect samples={samples} value={sample?.key ?? ''} onChoose={choose} />
      <PreviewOutcome outcome={data} error={error} />
    </>
  )
}

export function SampleSelect({
  samples,
  value,
  onChoose,
}: {
  samples: readonly Sample[]
  value: string
  onChoose: (key: string) => void
}) {
  const groups = [
    [t.shape.recent, samples.filter(({ isRecent }) => isRecent)],
    [t.shape.examples, samples.filter(({ isRecent }) => !isRecent)],
  ] as const
  return (
    <Field label={t.shape.previewOf}>
      {(wiring) => (
        <Select {...wiring} value={value} onChange={(event) => onChoose(event.target.value)}>
          {groups.map(
            ([label, list]) =>
              list.length > 0 && (
                <optgroup key={label} label={label}>
                  {list.map(({ key, title }) => (
                    <option key={key} value={key}>
                      {title}
                    </option>
                  ))}
                </optgroup>
              ),
          )}
        </Select>
      )}
    </Field>
  )
}

export function PreviewOutcome({ outcome, error }: { outcome: Outcome | undefined; error: Error | null }) {
  if (error !== null) return <FieldError>{toSentence(error.message)}</FieldError>
  if (outcome === undefined) return <p className="muted small">{t.loading}</p>
  if (outcome.error !== null) return <FieldError>{toSentence(describeError(outcome.error))}</FieldError>
  if (outcome.body === null) return <p role="status">{t.shape.skipped}</p>
  return <Body text={outcome.body} label={t.shape.sent} headers={outcome.headers} />
}

function describeError({ message, codes, line, column }: NonNullable<Outcome['error']>): string {
  const problem = say(message, codes['message'])
  return line === null ? problem : t.shape.place({ line, column: column ?? 1, problem })
}
