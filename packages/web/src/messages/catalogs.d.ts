declare module 'virtual:messages/*' {
  import type { CompiledCatalog } from './index.ts'
  import type { ServerWords } from './server-words.ts'

  const catalog: CompiledCatalog
  export default catalog
  export const words: ServerWords
}
