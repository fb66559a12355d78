import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import type { Draft } from './draft.ts'
import type { FieldErrors } from './field-errors.ts'
import { toPreview, usePreview, useSamples } from './preview-shape.ts'
import { PreviewOutcome, SampleSelect } from './shape-preview.tsx'
import styles from './transform.module.css'
import { TransformTests } from './transform-tests.tsx'

interface EditorProps {
  draft: Draft
  errors: FieldErrors
  change: (part: Partial<Draft>) => void
  organizationId: string
}

const MAX_TESTS = 20

/** The source with its line numbers, a preview that names the line of an error, and the tests beside it. */
export function TransformEditor({ draft, errors, change, organizationId }: EditorProps) {
  const samples = useSamples(draft.events, organizationId)
  const [chosen, choose] = useState<string>()
  const sample = samples?.find(({ key }) => key === chosen) ?? samples?.[0]
  const { data, error } = usePreview(toPreview(draft, organizationId, sample?.body))
  const tests = draft.transform_tests
  return (
    <>
      <Source
        text={draft.transform}
        error={errors.transform}
        wrongLine={data?.error?.line ?? undefined}
        onText={(transform) => change({ transform })}
      />
      {samples !== undefined && (
        <SampleSelect samples={samples} value={sample?.key ?? ''} onChoose={choose} />
      )}
      <PreviewOutcome outcome={data} error={error} />
      <TransformTests
        draft={draft}
        organizationId={organizationId}
        error={errors.transform_tests}
        onChange={(transform_tests) => change({ transform_tests })}
      />
      <div>
        <Button
          small
          disabled={data === undefined || data.outcome === 'failed' || tests.length >= MAX_TESTS}
          onClick={() => {
            if (sample === undefined || data === undefined) return
            const expected: unknown = data.body === null ? null : JSON.parse(data.body)
            change({
              transform_tests: [...tests, { name: sample.title, event: { ...sample.body }, expected }],
            })
          }}
        >
          {t.shape.addTest}
        </Button>
      </div>
    </>
  )
}

interface SourceProps {
  text: string
  error: string | undefined
  wrongLine: number | undefined
  onText: (text: string) => void
}

function Source({ text, error, wrongLine, onText }: SourceProps) {
  const lines = text.split('\n').length
  return (
    <Field label={t.shape.transform} error={error} hint={t.shape.transformHint}>
      {(wiring) => (
        <div className={styles.editor} dir="ltr">
          <div className={styles.numbers} aria-hidden="true">
            {Array.from({ length: lines }, (_, index) => (
              <span key={index} className={index + 1 === wrongLine ? styles.wrong : undefined}>
                {index + 1}
              </span>
            ))}
          </div>
          <textarea
            {...wiring}
            className={styles.source}
            rows={lines}
            wrap="off"
            spellCheck="false"
            autoCapitalize="off"
            autoComplete="off"
            value={text}
            onChange={(event) => onText(event.target.value)}
          />
        </div>
      )}
    </Field>
  )
}
