import { createHash } from 'node:crypto'

/** What a capture is of. */
export interface Subject {
  /** A record or an event type. */
  record: string
  /** Schema and name, quoted. */
  relation: string
}

/**
 * Names captures. One that is installed keeps its id, so that its functions are replaced and its table is not locked; of
 * several entries with the same table and subject, the first has the first id.
 */
export function nameCaptures(
  wanted: readonly Subject[],
  installed: readonly (Subject & { id: string })[],
): string[] {
  const taken = new Set<string>()
  return wanted.map((subject) => {
    const known = installed.find(
      ({ id, record, relation }) =>
        record === subject.record && relation === subject.relation && !taken.has(id),
    )
    let id = known?.id
    for (let place = 0; id === undefined || taken.has(id); place += 1) id = makeId(subject, place)
    taken.add(id)
    return id
  })
}

/** Names of functions and triggers end after 63 bytes. */
function makeId({ record, relation }: Subject, place: number): string {
  const hash = createHash('sha256').update(`${record}\n${relation}\n${place}`).digest('hex').slice(0, 10)
  return `${record.replaceAll('.', '_').slice(0, 20)}_${hash}`
}
