/** How many partitions each node owns, so that all are owned and no node has more than one more than another. */
export function shareOf(nodeId: string, nodes: readonly string[], partitions: number): number {
  const rank = nodes.toSorted().indexOf(nodeId)
  return Math.floor(partitions / nodes.length) + (rank < partitions % nodes.length ? 1 : 0)
}

/** The partitions in an order in which nodes that start at once begin at different ones. */
export function preferredOrder(nodeId: string, nodes: readonly string[], partitions: number): number[] {
  const rank = nodes.toSorted().indexOf(nodeId)
  const start = Math.floor((rank * partitions) / nodes.length)
  return Array.from({ length: partitions }, (_, at) => (start + at) % partitions)
}
