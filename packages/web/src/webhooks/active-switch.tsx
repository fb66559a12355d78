import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../api/client.ts'
import { waitingCountQuery } from '../api/queries.ts'
import type { Webhook } from '../api/types.ts'
import { Confirm } from '../components/dialog.tsx'
import { Switch } from '../components/field.tsx'
import { toast, toastError } from '../components/toast.tsx'
import { t } from '../messages/index.ts'
import { useChangeWebhook } from './changes.ts'
import { disabledSince } from './health.tsx'

/** Enables at once; disables after a confirmation that explains the effect. */
export function ActiveSwitch({ webhook, disabled = false }: { webhook: Webhook; disabled?: boolean }) {
  const [isAsking, setAsking] = useState(false)
  const { change, isPending } = useSwitchActive(webhook)
  return (
    <>
      <Switch
        label={t.active.of({ name: webhook.name })}
        checked={webhook.is_active}
        disabled={disabled || isPending}
        onChange={(isOn) => (isOn ? change(true) : setAsking(true))}
      />
      {isAsking && <DisableDialog webhook={webhook} onClose={() => setAsking(false)} />}
    </>
  )
}

export function DisableDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { change, isPending } = useSwitchActive(webhook)
  const waiting = useQuery(waitingCountQuery(webhook.id))
  return (
    <Confirm
      title={t.active.offTitle({ name: webhook.name })}
      action={t.active.offAction}
      danger
      busy={isPending}
      onClose={onClose}
      onConfirm={() => change(false, onClose)}
    >
      <ul className="points">
        <li>{t.active.offNow}</li>
        <li>{waiting.data === undefined ? t.loading : t.active.offWaiting({ count: waiting.data })}</li>
        <li>{t.active.offLater}</li>
      </ul>
    </Confirm>
  )
}

function useSwitchActive(webhook: Webhook) {
  const change = useChangeWebhook(webhook)
  const [, navigate] = useLocation()
  return {
    isPending: change.isPending,
    change(isActive: boolean, onDone?: () => void): void {
      const since = disabledSince(webhook)
      change.mutate(
        { is_active: isActive },
        {
          onError: toastError,
          onSuccess: () => {
            onDone?.()
            if (!isActive) return toast(t.active.isOff({ name: webhook.name }), undefined, webhook.id)
            void offerMissed(webhook, since, () => navigate(`/${webhook.id}/deliveries?replay=${since}`))
          },
        },
      )
    },
  }
}

/** After enabling, offers to send the events missed meanwhile. */
async function offerMissed(webhook: Webhook, since: string, open: () => void): Promise<void> {
  const missed = await countMissed(webhook.id, since)
  if (missed === 0) return toast(t.active.isOn({ name: webhook.name }), undefined, webhook.id)
  toast(
    t.active.missed({ name: webhook.name, count: missed }),
    { text: t.active.seeMissed, run: open },
    webhook.id,
  )
}

async function countMissed(webhookId: string, since: string): Promise<number> {
  try {
    const counted = await call('replay_events', {
      webhook_id: webhookId,
      since,
      dry_run: true,
    })
    return counted.matched ?? 0
  } catch {
    return 0
  }
}
