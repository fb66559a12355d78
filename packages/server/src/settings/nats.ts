import { boolean, by, oneOf, optionalText, wholeNumber } from './schemas.ts'
import type { Setting } from './setting.ts'
import { parseNatsUrl } from './urls.ts'

/** Rows of settings.ts. */
export const NATS = {
  natsUrl: {
    name: 'NATS_URL',
    group: 'NATS JetStream',
    preset: '',
    help: 'servers of a NATS cluster that holds the events that wait, `nats://` or `tls://`, separated by commas, with `user:password@` or `token@` in the first; needs `DATABASE_URL`; unset: events wait in the database',
    schema: by(parseNatsUrl),
  },
  natsCredentials: {
    name: 'NATS_CREDENTIALS',
    group: 'NATS JetStream',
    preset: '',
    help: 'path of a `.creds` file, instead of a user in `NATS_URL`',
    schema: optionalText,
  },
  natsReplicas: {
    name: 'NATS_REPLICAS',
    group: 'NATS JetStream',
    preset: 'auto',
    help: 'servers that store each event: `1`, `3` or `5`; `auto`: three where there are as many servers, else one',
    schema: oneOf(['auto', '1', '3', '5']).transform((text) => (text === 'auto' ? text : Number(text))),
  },
  natsPartitions: {
    name: 'NATS_PARTITIONS',
    group: 'NATS JetStream',
    preset: '16',
    help: 'streams that share the organizations, from `1` to `256`: at most as many processes send; it is changed only when all of them are empty and no node reads them',
    schema: wholeNumber(1, 256, 'NATS_PARTITIONS=16'),
  },
  natsDrain: {
    name: 'NATS_DRAIN',
    group: 'NATS JetStream',
    preset: 'false',
    help: 'sends what is in the streams and adds nothing: new events wait in the database; for [going back, or other partitions](scaling.md#going-back)',
    schema: boolean,
  },
} as const satisfies Readonly<Record<string, Setting>>
