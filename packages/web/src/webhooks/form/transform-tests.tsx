import { Check, Trash2, X } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { FieldError, Input } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import type { Draft, TransformTest } from './draft.ts'
import type { EventBody } from './preview-shape.ts'
import { toPreview, usePreview } from './preview-shape.ts'
import styles from './transform.module.css'

interface TestsProps {
  draft: Draft
  organizationId: string
  error: string | undefined
  onChange: (tests: TransformTest[]) => void
}

/** The tests that are saved with the transform, run with what is typed. */
export function TransformTests({ draft, organizationId, error, onChange }: TestsProps) {
  const tests = draft.transform_tests
  return (
    <div className="stack-small">
      <p className={styles.title}>{t.shape.tests}</p>
      <p className="muted small">{t.shape.testsText}</p>
      {error !== undefined && <FieldError>{error}</FieldError>}
      {tests.length > 0 && (
        <ul className={styles.tests} aria-label={t.shape.tests}>
          {tests.map((test, index) => (
            <li key={index} className={styles.test}>
              <Input
                small
                aria-label={t.shape.testName({ position: index + 1 })}
                value={test.name}
                onChange={(event) => onChange(tests.with(index, { ...test, name: event.target.value }))}
              />
              <TestState draft={draft} organizationId={organizationId} test={test} />
              <IconButton
                label={t.shape.removeTest({ position: index + 1 })}
                onClick={() => onChange(tests.toSpliced(index, 1))}
              >
                <Trash2 size={15} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function TestState({
  draft,
  organizationId,
  test,
}: {
  draft: Draft
  organizationId: string
  test: TransformTest
}) {
  const { data, error } = usePreview(toPreview(draft, organizationId, test.event as unknown as EventBody))
  if (data === undefined && error === null) return <span className="muted small">{t.loading}</span>
  const made: unknown = data?.body == null ? null : JSON.parse(data.body)
  const isPassed = error === null && data?.outcome !== 'failed' && isEqual(made, test.expected)
  return isPassed ? (
    <span className={styles.passed}>
      <Check size={14} aria-hidden="true" />
      {t.shape.passed}
    </span>
  ) : (
    <span className={styles.failed}>
      <X size={14} aria-hidden="true" />
      {t.shape.failed}
    </span>
  )
}

/** Compares JSON values; the database keeps the members of objects in an order of its own. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key as keyof typeof a], b[key as keyof typeof b]))
  )
}
