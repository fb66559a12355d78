import { fileURLToPath } from 'node:url'

/** A folder that is shipped with the program: in a package beside it, in the repository (from its root) where it is made. */
export function shippedFolder(inPackage: string, inRepository: string): string {
  const path = import.meta.url.endsWith('.ts') ? `../../../../../${inRepository}` : `../../../${inPackage}`
  return fileURLToPath(new URL(`${path}/`, import.meta.url))
}
