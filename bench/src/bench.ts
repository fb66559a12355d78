import type { Options } from './options.ts'
import type { BenchPostgres } from './postgres.ts'
import { hasNginx, startNginx } from './receivers/nginx.ts'
import { startRawReceiver } from './receivers/raw-receiver.ts'
import type { Receiver } from './receivers/receiver.ts'

/** The environment of a scenario. */
export interface Bench {
  options: Options
  postgres: BenchPostgres
  receiverKind: Receiver['kind']
  startReceiver(): Promise<Receiver>
  /** Reports progress; the results follow at the end. */
  say(line: string): void
}

export function createBench(options: Options, postgres: BenchPostgres): Bench {
  const receiverKind = options.receiver ?? (hasNginx() ? 'nginx' : 'raw')
  return {
    options,
    postgres,
    receiverKind,
    startReceiver: receiverKind === 'nginx' ? startNginx : () => startRawReceiver(),
    say: (line) => process.stderr.write(`${line}\n`),
  }
}
