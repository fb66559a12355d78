import { fileURLToPath } from 'node:url'

/** Returns a folder shipped with the program: next to it in a package, below the root of the repository otherwise. */
export function shippedFolder(inPackage: string, inRepository: string): string {
  const path = import.meta.url.endsWith('.ts') ? `../../../../../${inRepository}` : `../../../${inPackage}`
  return fileURLToPath(new URL(`${path}/`, import.meta.url))
}
