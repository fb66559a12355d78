import { createInterface } from 'node:readline/promises'
import type { Question } from '../../../capture/guess/guessing.ts'
import { StartError } from '../../../domain/errors.ts'

/** Somebody at the terminal, or lines that are piped in. */
export interface Person {
  say(text: string): void
  /** Asks until the answer is an option, or what may be answered freely. */
  answer(question: Omit<Question, 'id'>): Promise<string>
  close(): void
}

export function createPerson(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Person {
  const lines = createInterface({ input, output, terminal: input.isTTY && output.isTTY })
  let isOpen = true
  lines.once('close', () => (isOpen = false))
  const iterator = lines[Symbol.asyncIterator]()
  const say = (text: string): void => {
    output.write(`${text}\n`)
  }
  return {
    say,
    async answer(question) {
      say(writeQuestion(question))
      for (;;) {
        // Lines that were piped in are there after their end.
        if (isOpen) lines.prompt()
        const { value, done } = await iterator.next()
        if (done === true)
          throw new StartError(
            '--interactive: standard input is closed, so nobody can answer. Use --guess, and change the map by hand.',
          )
        const answer = readAnswer(value.trim(), question)
        if (answer !== undefined) return answer
        say(`Please answer with a number from 1 to ${question.options.length}.`)
      }
    },
    close: () => lines.close(),
  }
}

function writeQuestion({ text, samples, options, default: given, free }: Omit<Question, 'id'>): string {
  return [
    '',
    text,
    ...samples.map((sample) => `    ${sample}`),
    ...options.map(
      ({ value, label }, index) => `  ${index + 1}) ${label}${value === given ? ' [default]' : ''}`,
    ),
    ...(free === undefined ? [] : [`  or ${free}`]),
  ].join('\n')
}

/** Nothing is the default. */
function readAnswer(
  text: string,
  { options, default: given, free }: Omit<Question, 'id'>,
): string | undefined {
  if (text === '') return given
  const byNumber = /^\d{1,2}$/.test(text) ? options[Number(text) - 1] : undefined
  const byValue = options.find(({ value }) => value === text)
  return (byNumber ?? byValue)?.value ?? (free === undefined ? undefined : text)
}
