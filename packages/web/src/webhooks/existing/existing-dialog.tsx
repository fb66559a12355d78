import type { Webhook } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice, Notice } from '../../components/surface.tsx'
import { t } from '../../messages/index.ts'
import { KindList } from './kind-list.tsx'
import { useSendExisting } from './use-send-existing.ts'

/** Sends a webhook records that exist, at any time. */
export function ExistingDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const sending = useSendExisting(webhook, true, onClose)
  const { counts, kinds, total } = sending
  return (
    <Dialog
      title={t.existing.title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            variant="primary"
            busy={sending.isStarting}
            disabled={!webhook.is_active || !sending.canStart}
            onClick={sending.start}
          >
            {total === null || total === 0 ? t.redeliver.start : t.redeliver.startCount({ count: total })}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted small">{t.existing.text}</p>
        {counts.isPending && <Notice tone="info" live title={t.redeliver.counting} />}
        {counts.isError && <ErrorNotice error={counts.error} />}
        {kinds.length > 0 && <KindList kinds={kinds} onChoose={sending.choose} />}
        {counts.isSuccess && kinds.length === 0 && <Notice tone="info" live title={t.existing.none} />}
        {!webhook.is_active && <Notice tone="warn" title={t.redeliver.off} />}
        {sending.error !== null && <ErrorNotice error={sending.error} />}
      </div>
    </Dialog>
  )
}
