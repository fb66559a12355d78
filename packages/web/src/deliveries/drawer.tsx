import { ArrowDown, ArrowUp, Link2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { IconButton } from '../components/button.tsx'
import { copyText } from '../components/code.tsx'
import { Dialog } from '../components/dialog.tsx'
import { ErrorNotice, Loading } from '../components/surface.tsx'
import { toast, toastError } from '../components/toast.tsx'
import { t } from '../messages/index.ts'
import { DeliveryDetails } from './delivery-details.tsx'
import type { Item } from './fetch-page.ts'
import { useSearchEntries } from './filters.ts'
import { useDelivery } from './use-delivery.ts'

interface DrawerProps {
  id: string
  /** The id belongs to an attempt: a test, which has no delivery. */
  isAttempt: boolean
  items: readonly Item[]
  onClose: () => void
}

export function DeliveryDrawer({ id, isAttempt, items, onClose }: DrawerProps) {
  const delivery = useDelivery(id, isAttempt)
  const at = items.findIndex((item) => item.id === id)
  return (
    <Dialog
      kind="drawer"
      title={delivery.data?.event ?? t.drawer.title}
      onClose={onClose}
      returnTo={() => document.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"]`)}
      tools={
        <>
          <Step
            label={t.drawer.previous}
            item={at > 0 ? items[at - 1] : undefined}
            icon={<ArrowUp size={15} />}
          />
          <Step
            label={t.drawer.next}
            item={at < 0 ? undefined : items[at + 1]}
            icon={<ArrowDown size={15} />}
          />
          <IconButton
            label={t.drawer.link}
            small
            onClick={() => void copyText(location.href).then(() => toast(t.drawer.linkCopied), toastError)}
          >
            <Link2 size={15} aria-hidden="true" />
          </IconButton>
        </>
      }
    >
      {delivery.isPending && <Loading rows={6} />}
      {delivery.isError && <ErrorNotice error={delivery.error} onRetry={() => void delivery.refetch()} />}
      {delivery.data === null && <p className="muted">{t.drawer.gone}</p>}
      {delivery.data != null && <DeliveryDetails delivery={delivery.data} />}
    </Dialog>
  )
}

function Step({ label, item, icon }: { label: string; item: Item | undefined; icon: ReactNode }) {
  const { hrefWith } = useSearchEntries()
  const [, navigate] = useLocation()
  return (
    <IconButton
      label={label}
      small
      disabled={item === undefined}
      onClick={() => {
        if (item === undefined) return
        const ids = item.isTest
          ? { attempt: item.id, delivery: undefined }
          : { delivery: item.id, attempt: undefined }
        navigate(hrefWith(ids), { replace: true })
      }}
    >
      {icon}
    </IconButton>
  )
}
