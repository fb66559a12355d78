import { useQuery } from '@tanstack/react-query'
import { Check, CircleDashed, LoaderCircle, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { inboxRequestsQuery } from '../api/queries.ts'
import type { Inbox, Webhook } from '../api/types.ts'
import { Button, LinkButton } from '../components/button.tsx'
import { SecretText } from '../components/code.tsx'
import { formatDuration } from '../components/format.ts'
import { ErrorNotice, Section } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { useRefreshTraffic } from './changes.ts'
import styles from './first.module.css'
import { InboxRequestView } from './inbox.tsx'
import type { Tested } from './send-test.ts'

export interface Started {
  inbox: Inbox
  webhook: Webhook
  tested: Tested
}

type StepState = 'done' | 'active' | 'waiting' | 'failed'

interface GuidedProps {
  progress: Partial<Started>
  error: Error | null
  onRetry: () => void
  onDone: () => void
}

/** Shows the new webhook, its test and the test's arrival, step by step. */
export function GuidedStart({ progress, error, onRetry, onDone }: GuidedProps) {
  const { inbox, webhook, tested } = progress
  const requests = useQuery({ ...inboxRequestsQuery(inbox?.id ?? ''), enabled: inbox !== undefined })
  const [arrived] = requests.data ?? []
  const refresh = useRefreshTraffic()
  const getStepState = (isDone: boolean, isNext: boolean): StepState =>
    isDone ? 'done' : !isNext ? 'waiting' : error === null ? 'active' : 'failed'
  return (
    <Section title={t.first.guideTitle}>
      <ol className={styles.steps} aria-live="polite">
        <Step title={t.first.stepInbox} state={getStepState(inbox !== undefined, true)}>
          {inbox !== undefined && (
            <p className="mono">
              <bdi dir="ltr">{inbox.url}</bdi>
            </p>
          )}
        </Step>
        <Step title={t.first.stepWebhook} state={getStepState(webhook !== undefined, inbox !== undefined)}>
          {webhook?.secret !== undefined && (
            <>
              <p>{t.first.secretText}</p>
              <SecretText secret={webhook.secret} />
            </>
          )}
        </Step>
        <Step title={t.first.stepTest} state={getStepState(tested !== undefined, webhook !== undefined)}>
          {tested !== undefined && <p>{describeTest(tested.result)}</p>}
        </Step>
        <Step title={t.first.stepArrived} state={getStepState(arrived !== undefined, tested !== undefined)}>
          {arrived !== undefined && <InboxRequestView request={arrived} />}
        </Step>
      </ol>
      {error !== null && <ErrorNotice error={error} onRetry={onRetry} />}
      {arrived !== undefined && webhook !== undefined && (
        <div className="stack">
          <p>{t.first.next}</p>
          <div className="line">
            <LinkButton variant="primary" href={`/${webhook.id}/settings`}>
              {t.first.pointElsewhere}
            </LinkButton>
            <LinkButton href={`/${webhook.id}/code`}>{t.first.seeCode}</LinkButton>
            <Button variant="ghost" onClick={() => void refresh().then(onDone)}>
              {t.first.done}
            </Button>
          </div>
        </div>
      )}
    </Section>
  )
}

const MARKS = {
  done: <Check size={15} />,
  active: <LoaderCircle size={15} />,
  waiting: <CircleDashed size={15} />,
  failed: <X size={15} />,
}

function Step({ title, state, children }: { title: string; state: StepState; children: ReactNode }) {
  return (
    <li className={styles.step} data-state={state}>
      <span className={styles.mark} aria-hidden="true">
        {MARKS[state]}
      </span>
      <p className={styles.stepTitle}>
        {title}
        <span className="visually-hidden"> {t.first.state[state]}</span>
      </p>
      <div className={styles.stepBody}>{children}</div>
    </li>
  )
}

function describeTest({ response_code: code, duration_ms }: Tested['result']): string {
  const time = formatDuration(duration_ms)
  return code === null ? t.first.testedSilent({ time }) : t.first.tested({ code: String(code), time })
}
