import { parseArgs } from 'node:util'
import type { TakenMessage } from '../../src/streams/message-reader.ts'
import { newReader, openNode } from './streamed.ts'

/** What a node tells of itself. */
export type Told =
  | { kind: 'taken'; partition: number; ids: string[]; isRepeated: boolean }
  | { kind: 'lost'; partition: number }

/** A node that reads in a process of its own, to be killed or stopped. */
const { values } = parseArgs({
  options: {
    url: { type: 'string', multiple: true, default: [] },
    id: { type: 'string', default: 'other' },
    /** Messages are done at once; otherwise never. */
    finishes: { type: 'boolean', default: false },
    partitions: { type: 'string', default: '4' },
  },
})

const tell = (told: Told): void => void process.send!(told)
const onMessage = (message: TakenMessage): void => {
  const { partition, isRepeated } = message
  tell({ kind: 'taken', partition, ids: message.events.map(({ id }) => id), isRepeated })
  if (values.finishes) message.done()
}
const node = await openNode(
  { urls: values.url },
  { nodeId: values.id, partitions: Number(values.partitions) },
)
node.read({ ...newReader(onMessage), onMessage, onLost: (partition) => tell({ kind: 'lost', partition }) })
