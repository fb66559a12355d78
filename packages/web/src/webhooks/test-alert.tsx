import { useMutation } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { call } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { ErrorNotice, Notice } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import type { Result } from '@connectgain/webhooks-client'

type Outcome = Result<'test_alert'>['results'][number]

/** Sends a test alert to all recipients, and shows what the mail server said about each. */
export function TestAlert({ organizationId }: { organizationId: string }) {
  const send = useMutation({ mutationFn: () => call('test_alert', { organization_id: organizationId }) })
  return (
    <div className="stack-small">
      <div>
        <Button small busy={send.isPending} onClick={() => send.mutate()}>
          <Send size={14} aria-hidden="true" />
          {t.alerts.test}
        </Button>
      </div>
      {send.error !== null && <ErrorNotice error={send.error} />}
      {send.data?.results.map((outcome) => (
        <OutcomeNotice key={outcome.recipient_id} outcome={outcome} />
      ))}
    </div>
  )
}

function OutcomeNotice({ outcome: { email, status, code, reply } }: { outcome: Outcome }) {
  if (status === 'sent' || code === null)
    return (
      <Notice live tone="ok" title={t.alerts.testSent({ email })}>
        {t.alerts.testSentText}
      </Notice>
    )
  return (
    <Notice live tone="bad" title={t.alerts.testRefused({ email })}>
      {t.alerts.refusals[code]} {reply !== null && <bdi>{reply}</bdi>}
    </Notice>
  )
}
