import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { formatHours } from '../components/format.ts'
import { Field, Select } from '../components/field.tsx'
import { ErrorNotice } from '../components/surface.tsx'
import { toast } from '../components/toast.tsx'
import { t } from '../messages/index.ts'

const OVERLAPS = [0, 1, 24, 72, 168] as const

/** Replaces the key pair of an organization. */
export function RotateKeyDialog({
  organizationId,
  onClose,
}: {
  organizationId: string
  onClose: () => void
}) {
  const [hours, setHours] = useState(24)
  const client = useQueryClient()
  const rotate = useMutation({
    mutationFn: () => call('rotate_signing_key', { organization_id: organizationId, overlap: hours }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['signing-keys'] })
      toast(t.signature.rotated)
      onClose()
    },
  })
  return (
    <Dialog
      title={t.signature.rotateTitle}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button variant="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
            {t.signature.rotateTitle}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted small">{t.signature.rotateText}</p>
        <Field label={t.secret.overlapLabel} hint={t.signature.overlapHint}>
          {(wiring) => (
            <Select {...wiring} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
              {OVERLAPS.map((each) => (
                <option key={each} value={each}>
                  {each === 0 ? t.signature.noOverlap : formatHours(each)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {rotate.error !== null && <ErrorNotice error={rotate.error} />}
      </div>
    </Dialog>
  )
}
