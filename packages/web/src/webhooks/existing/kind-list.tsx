import { useId } from 'react'
import type { ExistingRecord } from '../../api/existing.ts'
import { Checkbox } from '../../components/field.tsx'
import { formatNumber } from '../../components/format.ts'
import { t } from '../../messages/index.ts'
import type { ExistingKind } from './use-send-existing.ts'

/** "Contacts", as the events about them are grouped. */
export const kindName = (record: ExistingRecord): string =>
  t.events.categories[record === 'meeting' ? 'zoom' : record]

interface ListProps {
  kinds: readonly ExistingKind[]
  onChoose: (record: ExistingRecord, isChosen: boolean) => void
}

/** Each kind of records with its count, to choose from. */
export function KindList({ kinds, onChoose }: ListProps) {
  return (
    <div role="group" aria-label={t.existing.kinds} className="stack-small">
      {kinds.map((kind) => (
        <Kind key={kind.record} kind={kind} onChoose={onChoose} />
      ))}
    </div>
  )
}

function Kind({
  kind: { record, matched, isOpen, isChosen },
  onChoose,
}: {
  kind: ExistingKind
  onChoose: ListProps['onChoose']
}) {
  const id = useId()
  return (
    <label htmlFor={id} className="line small">
      <Checkbox id={id} checked={isChosen} disabled={isOpen} onChange={(isOn) => onChoose(record, isOn)} />
      <span>
        {kindName(record)}
        {': '}
        {matched === null ? t.existing.many : formatNumber(matched)}
      </span>
      {isOpen && <span className="muted small">{t.existing.isOpen}</span>}
    </label>
  )
}
