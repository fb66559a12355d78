import { Command } from 'commander'
import { serve } from '../../serve.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('Start the API and the dispatcher. Settings come from the environment and from .env.')
    .action(serve)
}
