declare module 'virtual:messages/*' {
  import type { CompiledCatalog } from './index.ts'
  import type { ServerWord } from './server-words.ts'

  const catalog: CompiledCatalog
  export default catalog
  export const words: readonly ServerWord[]
}
