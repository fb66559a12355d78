import type { Row } from '@connectgain/webhooks-client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Stethoscope } from 'lucide-react'
import { call, getRows, query } from '../../api/client.ts'
import type { Webhook } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice, Section } from '../../components/surface.tsx'
import { t } from '../../messages/index.ts'
import { useAccess } from '../../routes/organization.tsx'
import { ReportCard } from './report-card.tsx'

type Checkup = Row<'webhook_checkups'>

/** How the endpoint took the test requests of the last check-up, and a button for another one. */
export function CheckupSection({ webhook: { id, url } }: { webhook: Webhook }) {
  const { canChange } = useAccess()
  const client = useQueryClient()
  const queryKey = ['checkup', id]
  const last = useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      (
        await getRows<Checkup>(
          `webhook_checkups?${query({ webhook_id: `eq.${id}`, order: 'checked_at.desc,id.desc', limit: '1' })}`,
          signal,
        )
      )[0] ?? null,
  })
  const check = useMutation({
    mutationFn: () => call('check_endpoint', { webhook_id: id }),
    onSettled: async () => await client.invalidateQueries({ queryKey }),
  })
  if (last.data === undefined || (last.data === null && !canChange)) return null
  return (
    <Section
      title={t.checkup.title}
      tools={
        canChange && (
          <Button small busy={check.isPending} onClick={() => check.mutate()}>
            {!check.isPending && <Stethoscope size={14} aria-hidden="true" />}
            {check.isPending ? t.checkup.checking : t.checkup.action}
          </Button>
        )
      }
    >
      <div className="stack" aria-live="polite">
        {check.isError && <ErrorNotice error={check.error} />}
        {check.isPending && <p className="muted">{t.checkup.underWay}</p>}
        {last.data === null
          ? !check.isPending && <p className="muted">{t.checkup.none}</p>
          : !check.isPending && <ReportCard checkup={last.data} isOfOtherUrl={last.data.url !== url} />}
      </div>
    </Section>
  )
}
