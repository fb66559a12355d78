import { Send } from 'lucide-react'
import { useState } from 'react'
import type { Webhook } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { t } from '../messages/index.ts'
import { TestDialog } from '../routes/views.tsx'

export function TestButton({ webhook, small = false }: { webhook: Webhook; small?: boolean }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button small={small} aria-label={t.test.of({ name: webhook.name })} onClick={() => setOpen(true)}>
        <Send size={14} aria-hidden="true" />
        {t.test.action}
      </Button>
      {isOpen && <TestDialog webhook={webhook} onClose={() => setOpen(false)} />}
    </>
  )
}
