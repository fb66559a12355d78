import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSettled } from '../../components/use-settled.ts'
import { call } from '../../api/client.ts'
import { Body } from '../../components/body.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { FieldError } from '../../components/field.tsx'
import { RelativeTime } from '../../components/time.tsx'
import { describeError } from '../../components/surface.tsx'
import { t } from '../../messages/index.ts'
import { recordTitle } from '../../deliveries/record-title.ts'
import { toSentence } from '../../messages/sentence.ts'
import { readFieldErrors } from './field-errors.ts'
import styles from './form.module.css'

const TYPING_MS = 350

interface PreviewProps {
  filter: unknown
  events: readonly string[]
  organizationId: string
}

/** Shows which recent events the filter would pass. */
export function FilterPreview({ filter, events, organizationId }: PreviewProps) {
  const asked = useSettled(
    JSON.stringify({ organization_id: organizationId, events, filter: filter ?? {} }),
    TYPING_MS,
  )
  const preview = useQuery({
    queryKey: ['preview', asked],
    queryFn: ({ signal }) => call('preview_filter', JSON.parse(asked) as object, signal),
    enabled: events.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (events.length === 0) return <p className="muted small">{t.preview.chooseEvents}</p>
  if (preview.isError) return <FieldError>{describeProblem(preview.error)}</FieldError>
  const { matched, of, samples } = preview.data ?? { matched: 0, of: 0, samples: [] }
  return (
    <div className={styles.preview} role="status">
      <p className={styles.previewTitle}>
        {preview.data === undefined
          ? t.loading
          : of === 0
            ? t.preview.nothingYet
            : t.preview.matched({ matched, of })}
      </p>
      {samples.length > 0 && (
        <div className={styles.samples}>
          {samples.map((sample) => (
            <Disclosure
              key={sample.id}
              title={sample.event}
              note={
                <>
                  {recordTitle(sample.data) ?? ''} · <RelativeTime time={sample.timestamp} />
                </>
              }
            >
              <Body text={JSON.stringify(sample.data)} label={t.preview.sample} />
            </Disclosure>
          ))}
        </div>
      )}
    </div>
  )
}

/** What is wrong with the filter, without the name of its field. */
const describeProblem = (error: Error): string =>
  readFieldErrors(error).filter ?? toSentence(describeError(error).title)
