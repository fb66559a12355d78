import type { StreamedEvent } from '../../src/streams/event-message.ts'
import type { EventStreams } from '../../src/streams/event-streams.ts'
import type { PublishOptions } from '../../src/streams/publishing.ts'

export interface Publication {
  events: readonly StreamedEvent[]
  options: PublishOptions
}

/** Streams that remember what was published, confirm when the test lets them, and fail when it says so. */
export class RecordedStreams implements Pick<EventStreams, 'publish'> {
  readonly publications: Publication[] = []
  /** Called before a publication is confirmed; it may wait or throw. */
  confirm: (publication: Publication) => Promise<void> | void = () => {}
  /** Messages that wait, as `readState` says. */
  waiting = 0

  async publish(events: readonly StreamedEvent[], options: PublishOptions = {}): Promise<void> {
    const publication = { events, options }
    this.publications.push(publication)
    await this.confirm(publication)
  }

  async readState(): Promise<{ partitions: { messages: number }[] }> {
    return { partitions: [{ messages: this.waiting }] }
  }

  get events(): readonly StreamedEvent[] {
    return this.publications.flatMap(({ events }) => events)
  }

  /** Returns the publications of `work` alone. */
  async during(work: () => Promise<unknown>): Promise<Publication[]> {
    const before = this.publications.length
    await work()
    return this.publications.slice(before)
  }
}
