import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export const PARTS = [
  'publish',
  'order',
  'throughput',
  'growth',
  'webhooks',
  'fan-out',
  'limits',
  'ingest',
  'latency',
  'neighbour',
  'claim',
  'memory',
  'idle',
  'triggers',
  'writers',
  'streams',
  'presets',
  'history',
] as const
export type Part = (typeof PARTS)[number]

/** Parts that take long and run only when they are named. */
const ON_REQUEST: readonly Part[] = ['history', 'streams']
const DEFAULT_PARTS = PARTS.filter((part) => !ON_REQUEST.includes(part))

export const RECEIVERS = ['nginx', 'raw'] as const

export interface Options {
  parts: readonly Part[]
  /** A commit to compare this version with. */
  against: string | undefined
  /** Runs only the cases of publish, order, throughput and streams whose name contains this text. */
  match: string
  quick: boolean
  /** Adds the sizes whose preparation takes long. */
  large: boolean
  /** Undefined: no file is written. */
  out: string | undefined
  /** URL of a superuser; undefined: starts a server of its own. */
  postgresUrl: string | undefined
  /** Undefined: nginx if installed. */
  receiver: (typeof RECEIVERS)[number] | undefined
  /** Runs of each case of deliveries; the median is reported. */
  rounds: number
}

export const USAGE = `npm run bench -- [options]

  --only <parts>         ${DEFAULT_PARTS.join(',')}
                         and, never without being named, ${ON_REQUEST.join(',')}
  --against <commit>     measures that commit too, in turns with this version
  --match <text>         only cases of publish, order, throughput and streams whose name contains it
  --rounds <n>           runs of each case of deliveries; the median counts
  --quick                small sizes: whether everything works, not how well
  --large                adds 1,000,000 and 10,000,000 rows of history to growth
  --receiver nginx|raw   default: nginx where it is found
  --postgres-url <url>   an existing server, as superuser; default: one of its own
  --out <file>           where a whole run replaces its sections; default docs/benchmarks.md
  --write                replaces the sections of a run that is not whole, too
`

const DEFAULT_OUT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

/** @throws Error that names the invalid argument */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      against: { type: 'string' },
      match: { type: 'string', default: '' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      receiver: { type: 'string' },
      'postgres-url': { type: 'string' },
      out: { type: 'string', default: DEFAULT_OUT },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const parts =
    values.only === undefined ? DEFAULT_PARTS : values.only.split(',').map((part) => parseChoice(PARTS, part))
  const isWhole = values.only === undefined && !values.quick && values.match === ''
  return {
    parts,
    against: values.against,
    match: values.match,
    quick: values.quick,
    large: values.large,
    out: isWhole || values.write ? values.out : undefined,
    postgresUrl: values['postgres-url'],
    receiver: values.receiver === undefined ? undefined : parseChoice(RECEIVERS, values.receiver),
    rounds: values.rounds === undefined ? (values.quick ? 1 : 3) : positive(values.rounds),
  }
}

function parseChoice<const T extends string>(allowed: readonly T[], text: string): T {
  const found = allowed.find((name) => name === text)
  if (found === undefined) throw new Error(`'${text}' is not one of ${allowed.join(', ')}`)
  return found
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`'${text}' is not a number of rounds`)
  return Number(text)
}
