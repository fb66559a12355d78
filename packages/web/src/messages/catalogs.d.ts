declare module 'virtual:messages/*' {
  import type { CompiledCatalog } from './index.ts'

  const catalog: CompiledCatalog
  export default catalog
}
