import type { Build } from './builds/build.ts'
import { checkOut } from './builds/checkout.ts'
import type { Options } from './options.ts'
import type { BenchPostgres } from './postgres.ts'
import { hasNginx, startNginx } from './receivers/nginx.ts'
import { startRawReceiver } from './receivers/raw-receiver.ts'
import type { Receiver } from './receivers/receiver.ts'

/** The environment of a scenario. */
export interface Bench {
  options: Options
  /** The version to compare with. */
  against: Build | undefined
  postgres: BenchPostgres
  receiverKind: Receiver['kind']
  startReceiver(): Promise<Receiver>
  /** Reports progress; the results follow at the end. */
  say(line: string): void
}

export function createBench(options: Options, postgres: BenchPostgres): Bench {
  const receiverKind = options.receiver ?? (hasNginx() ? 'nginx' : 'raw')
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  return {
    options,
    against: options.against === undefined ? undefined : checkOut(options.against, say),
    postgres,
    receiverKind,
    startReceiver: receiverKind === 'nginx' ? startNginx : () => startRawReceiver(),
    say,
  }
}
