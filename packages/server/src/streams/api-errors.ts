import { JetStreamApiError } from '@nats-io/jetstream'

/** The numbers that JetStream gives its errors; it never changes them. */
export const API_ERROR = {
  noPeers: 10_005,
  unavailable: 10_008,
  consumerNotFound: 10_014,
  messageTooLarge: 10_054,
  nameInUse: 10_058,
  streamNotFound: 10_059,
  notClustered: 10_074,
  secondConsumer: 10_099,
  secondFilteredConsumer: 10_100,
} as const

/** The number of an error that JetStream answered with. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof JetStreamApiError ? error.code : undefined
