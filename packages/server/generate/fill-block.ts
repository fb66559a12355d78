/**
 * Replaces what stands in a page between `<!-- name: … -->` and `<!-- end of name -->`. The rest of the page is written by hand.
 * @throws when the page has no such block
 */
export function fillBlock(page: string, name: string, content: string): string {
  const block = new RegExp(`(?<=<!-- ${name}: [^>]*-->\n).*(?=<!-- end of ${name} -->)`, 's')
  if (!block.test(page)) throw new Error(`the page has no block '${name}'`)
  return page.replace(block, () => `\n${content}\n\n`)
}
