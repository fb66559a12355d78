import type { QuickJSSyncVariant, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'

/** Node.js has it; its types are with those of browsers. */
declare const WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => object }

const PAGES_IN_MIB = 16
/** What the module declares. */
const INITIAL_MIB = 16
/** The interpreter's own stack and data, and at least 16 MiB for a transform. */
const MAX_MIB = 24

/**
 * Starts an interpreter with a memory that cannot grow without bound. QuickJS has a limit of its own, but in WebAssembly it counts
 * allocations and not their sizes, so a list of long texts would take two gigabytes.
 */
export async function startInterpreter(): Promise<QuickJSWASMModule> {
  const wasmMemory = new WebAssembly.Memory({
    initial: INITIAL_MIB * PAGES_IN_MIB,
    maximum: MAX_MIB * PAGES_IN_MIB,
  })
  // Its types are those of its CommonJS form.
  const imported: unknown = await import('@jitl/quickjs-wasmfile-release-sync')
  const { default: variant } = imported as { default: QuickJSSyncVariant }
  return await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }))
}
