import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { Scope } from 'quickjs-emscripten-core'
import { cutText } from '../domain/storable-text.ts'
import { PRELUDE } from './prelude.ts'

/** A transform and what it is applied to. */
export interface TransformInput {
  /** A JavaScript module whose default export is a function of the event. */
  source: string
  /** The event's body, as JSON text. */
  body: string
  /** What `Date` says, in Unix milliseconds. */
  now: number
  /** Makes the numbers of `Math.random`. */
  seed: number
}

export type TransformResult =
  | { kind: 'body'; body: string }
  | { kind: 'skipped' }
  | { kind: 'failed'; message: string; line: number | null; column: number | null }

const FILE = 'transform.js'
const MAX_STACK_BYTES = 256 * 1024
/** In interrupts, of 10,000 steps each: a count, unlike a time, is the same on every attempt. About 50 ms. */
const MAX_INTERRUPTS = 500
const MAX_BODY_BYTES = 256 * 1024
const MAX_MESSAGE_LENGTH = 500
const OUT_OF_MEMORY = 'the transform needs more than 16 MiB of memory'

/**
 * Runs a transform in a fresh interpreter: it has no I/O, keeps nothing for the next event, and returns the same body for the
 * same input.
 *
 * @param onBroken called when the module must not be used again
 */
export function runSource(
  quickJs: QuickJSWASMModule,
  input: TransformInput,
  onBroken: () => void,
): TransformResult {
  const scope = new Scope()
  try {
    return runIn(scope, quickJs, input)
  } catch (error) {
    if (error instanceof ScriptError) return error.result
    throw error
  } finally {
    // The interpreter checks that nothing is left of it, and a transform may find a way to leave something.
    try {
      scope.dispose()
    } catch {
      onBroken()
    }
  }
}

function runIn(scope: Scope, quickJs: QuickJSWASMModule, input: TransformInput): TransformResult {
  const runtime = scope.manage(quickJs.newRuntime({ maxStackSizeBytes: MAX_STACK_BYTES }))
  let interrupts = 0
  runtime.setInterruptHandler(() => (interrupts += 1) > MAX_INTERRUPTS)
  return new Run(scope.manage(runtime.newContext()), scope).run(input)
}

/** What the transform threw, or what is wrong with it. */
class ScriptError extends Error {
  readonly result: TransformResult & { kind: 'failed' }

  constructor(message: string, line: number | null = null, column: number | null = null) {
    super(message)
    this.result = { kind: 'failed', message: cutText(message, MAX_MESSAGE_LENGTH), line, column }
  }
}

/** All handles belong to the scope, which ends with the interpreter. */
class Run {
  readonly #context: QuickJSContext
  readonly #scope: Scope

  constructor(context: QuickJSContext, scope: Scope) {
    this.#context = context
    this.#scope = scope
  }

  run({ source, body, now, seed }: TransformInput): TransformResult {
    const context = this.#context
    const prelude = this.#take(context.evalCode(PRELUDE, 'prelude.js'))
    const [parse, stringify] = [this.#member(prelude, 'parse'), this.#member(prelude, 'stringify')]
    this.#call(this.#member(prelude, 'start'), context.newNumber(now), context.newNumber(seed))
    const event = this.#call(parse, this.#keep(context.newString(body)))
    const returned = this.#settle(this.#call(this.#load(source), event))
    const type = context.typeof(returned)
    if (type === 'undefined' || context.eq(returned, context.null)) return { kind: 'skipped' }
    return { kind: 'body', body: this.#textOf(this.#call(stringify, returned), type) }
  }

  #load(source: string): QuickJSHandle {
    const loaded = this.#settle(this.#take(this.#context.evalCode(source, FILE, { type: 'module' })))
    const transform = this.#member(loaded, 'default')
    if (this.#context.typeof(transform) !== 'function')
      throw new ScriptError('the transform must have a default export that is a function of the event')
    return transform
  }

  #keep(handle: QuickJSHandle): QuickJSHandle {
    return this.#scope.manage(handle)
  }

  #member(of: QuickJSHandle, name: string): QuickJSHandle {
    return this.#keep(this.#context.getProp(of, name))
  }

  #call(callee: QuickJSHandle, ...given: readonly QuickJSHandle[]): QuickJSHandle {
    return this.#take(this.#context.callFunction(callee, this.#context.undefined, ...given))
  }

  /** An `async` function works too, although there is nothing to wait for. */
  #settle(handle: QuickJSHandle): QuickJSHandle {
    const { runtime } = this.#context
    const settled = this.#settled(handle)
    if (settled !== undefined) return settled
    const jobs = runtime.executePendingJobs()
    if (jobs.error !== undefined) throw this.#toError(this.#keep(jobs.error))
    const late = this.#settled(handle)
    if (late === undefined) throw new ScriptError('the transform waits for a promise that never settles')
    return late
  }

  /** What is no promise is settled. Undefined: not yet. */
  #settled(handle: QuickJSHandle): QuickJSHandle | undefined {
    const state = this.#context.getPromiseState(handle)
    if (state.type === 'pending') return undefined
    if (state.type === 'rejected') throw this.#toError(this.#keep(state.error))
    return state.notAPromise === true ? handle : this.#keep(state.value)
  }

  #textOf(written: QuickJSHandle, type: string): string {
    const context = this.#context
    if (context.typeof(written) !== 'string')
      throw new ScriptError(`the transform returned a ${type}, which has no form in JSON`)
    const text = context.getString(written)
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX_BODY_BYTES)
      throw new ScriptError(`the transform returned ${bytes} bytes; at most ${MAX_BODY_BYTES} can be sent`)
    return text
  }

  #take(result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
    if (result.error !== undefined) throw this.#toError(this.#keep(result.error))
    return this.#keep(result.value)
  }

  #toError(thrown: QuickJSHandle): ScriptError {
    // Also what the interpreter throws when no memory is left for an error.
    if (this.#context.eq(thrown, this.#context.null))
      return new ScriptError(`${OUT_OF_MEMORY}, or threw null`)
    const type = this.#context.typeof(thrown)
    if (type !== 'object')
      return new ScriptError(
        `the transform threw ${type === 'symbol' ? 'a symbol' : String(this.#context.dump(thrown))}`,
      )
    const [name, message, stack] = ['name', 'message', 'stack'].map((member) =>
      this.#memberText(thrown, member),
    )
    if (message === undefined) return new ScriptError('the transform threw an object that is no error')
    const [, line, column] = /transform\.js:(\d+)(?::(\d+))?/.exec(stack ?? '') ?? []
    return new ScriptError(explain(name ?? 'Error', message), toNumber(line), toNumber(column))
  }

  #memberText(of: QuickJSHandle, name: string): string | undefined {
    const member = this.#member(of, name)
    return this.#context.typeof(member) === 'string' ? this.#context.getString(member) : undefined
  }
}

const toNumber = (digits: string | undefined): number | null => (digits === undefined ? null : Number(digits))

/** In words, where the interpreter's own mean nothing to people. */
function explain(name: string, message: string): string {
  if (name !== 'InternalError') return message === '' ? name : `${name}: ${message}`
  if (message === 'interrupted') return 'the transform takes too many steps'
  if (message === 'out of memory') return OUT_OF_MEMORY
  if (message === 'stack overflow') return 'the transform calls itself too deeply'
  return `${name}: ${message}`
}
