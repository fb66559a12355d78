import type { DeliveryStatus } from '../api/types.ts'
import { Pill } from '../components/surface.tsx'
import { t } from '../messages/index.ts'

const LOOKS = {
  delivered: { tone: 'ok' },
  pending: { tone: 'info', icon: 'waiting' },
  retrying: { tone: 'warn', icon: 'waiting' },
  failed: { tone: 'bad' },
  cancelled: { tone: 'quiet' },
  filtered: { tone: 'quiet' },
} as const

export function StatusPill({ status, isTest = false }: { status: DeliveryStatus; isTest?: boolean }) {
  return (
    <Pill {...LOOKS[status]}>
      {isTest ? (status === 'delivered' ? t.status.testPassed : t.status.testFailed) : t.status[status]}
    </Pill>
  )
}
