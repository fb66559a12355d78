/** Subjects and streams are named here alone: what is in a cluster keeps its names over releases. */

/** Events that no one can process. */
export const REFUSED_STREAM = 'webhooks-refused'
export const REFUSED_SUBJECTS = 'webhooks.refused.*'
/** Nodes tell each other of themselves. No stream stores it. */
export const NODES_SUBJECT = 'webhooks.nodes'

export const streamOf = (partition: number): string => `webhooks-${partition}`
export const subjectsOf = (partition: number): string => `webhooks.${partition}.*`
export const subjectOf = (partition: number, organizationId: string): string =>
  `webhooks.${partition}.${organizationId}`
export const refusedSubjectOf = (organizationId: string | undefined): string =>
  `webhooks.refused.${organizationId ?? 'unknown'}`

/** A message's organization is the last part of its subject. */
export const organizationOf = (subject: string): string => subject.slice(subject.lastIndexOf('.') + 1)

const CONSUMER = /^w-(.+)-[^-]+$/

/** The consumer of a node: each time that it takes a partition, it has another one. */
export const consumerOf = (nodeId: string, token: string): string => `w-${nodeId}-${token}`
export const nodeOf = (consumer: string): string | undefined => CONSUMER.exec(consumer)?.[1]

/** 32-bit FNV-1a of the organization's id, modulo the number of partitions. It must never change: an organization's order hangs on it. */
export function partitionOf(organizationId: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(organizationId)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0) % partitions
}
