import { Command } from 'commander'
import { serve } from '../../server/serve.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('start the API and the worker (reads settings from the environment and .env)')
    .option('--json', 'say where it is as JSON, on one line')
    .action(serve)
}
