import { Argument, Command } from 'commander'
import { print } from '../client/output.ts'

const NAME = 'connectgain-webhooks'

type Words = ReadonlyMap<string, readonly string[]>

const SHELLS: Readonly<Record<string, (words: Words) => string>> = {
  bash: forBash,
  zsh: (words) => `autoload -U +X bashcompinit && bashcompinit\n${forBash(words)}`,
  fish: forFish,
}

/** @param program its commands and options are completed */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .description(`print a shell completion script; for bash: source <(${NAME} completion bash)`)
    .option('--json', 'print the script and its shell as JSON')
    .action((shell: string, { json }: { json?: boolean }) => {
      const script = SHELLS[shell]!(listWords(program))
      print(json === true ? JSON.stringify({ shell, script }) : script)
    })
}

/** Lists what may follow a command, by its path: `webhooks list`. */
function listWords(command: Command, path = ''): Map<string, string[]> {
  const words = new Map<string, string[]>()
  words.set(path, [
    ...command.commands.map((each) => each.name()),
    ...command.options.flatMap(({ long }) => long ?? []),
    '--help',
  ])
  for (const each of command.commands)
    for (const [below, offered] of listWords(each, `${path} ${each.name()}`.trim())) words.set(below, offered)
  return words
}

function forBash(words: Words): string {
  const cases = Array.from(
    words,
    ([path, offered]) => `    ${JSON.stringify(path)}) words=${JSON.stringify(offered.join(' '))} ;;`,
  )
  return `_connectgain_webhooks() {
  local path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _connectgain_webhooks ${NAME}`
}

function forFish(words: Words): string {
  return Array.from(words, ([path, offered]) => {
    const when =
      path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`
    return offered.map((word) =>
      word.startsWith('--')
        ? `complete -c ${NAME} -n '${when}' -l ${word.slice(2)}`
        : `complete -c ${NAME} -n '${when}' -a ${word}`,
    )
  })
    .flat()
    .join('\n')
}
