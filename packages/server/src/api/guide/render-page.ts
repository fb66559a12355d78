import MarkdownIt from 'markdown-it'
import { VERSION } from '../../settings/version.ts'
import { CONTENTS, PAGES } from './contents.ts'

export const GUIDE = '/docs/guide'

const names: ReadonlySet<string> = new Set(PAGES)

/** Creates the same anchors as GitHub, because pages link to each other's headings. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

// The pages are ours, but HTML in them is still shown as text.
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })

markdown.renderer.rules['heading_open'] = (tokens, index, options, _env, renderer) => {
  tokens[index]!.attrSet('id', slug(tokens[index + 1]?.content ?? ''))
  return renderer.renderToken(tokens, index, options)
}
markdown.renderer.rules['link_open'] = (tokens, index, options, _env, renderer) => {
  const target = String(tokens[index]!.attrGet('href') ?? '')
  tokens[index]!.attrSet('href', linkFor(target))
  return renderer.renderToken(tokens, index, options)
}
const renderImage = markdown.renderer.rules['image']!
markdown.renderer.rules['image'] = (tokens, index, options, env, renderer) => {
  const source = String(tokens[index]!.attrGet('src') ?? '')
  tokens[index]!.attrSet('src', `${GUIDE}/${source}`)
  tokens[index]!.attrSet('loading', 'lazy')
  return renderImage(tokens, index, options, env, renderer)
}
// Alignment becomes a class: the page's policy forbids inline styles.
for (const rule of ['th_open', 'td_open']) {
  markdown.renderer.rules[rule] = (tokens, index, options, _env, renderer) => {
    const token = tokens[index]!
    const isRight = String(token.attrGet('style') ?? '').includes('right')
    token.attrs = isRight ? [['class', 'right']] : null
    return renderer.renderToken(tokens, index, options)
  }
}
// A table wider than a phone gets its own scroll bar.
markdown.renderer.rules['table_open'] = () => '<div class="table"><table>\n'
markdown.renderer.rules['table_close'] = () => '</table></div>\n'

/** Converts a link to the page's URL in the guide; links to files outside of the guide lead to its contents. */
function linkFor(target: string): string {
  if (/^(?:[a-z]+:|#|\/)/i.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const name = path.replace(/\.md$/, '')
  const at = anchor === undefined ? '' : `#${anchor}`
  return names.has(name) ? `${GUIDE}/${name}${at}` : GUIDE
}

/** Comments mark generated parts for editors. */
const COMMENT = /<!--.*?-->\n*/gs

/** Renders a whole page, without scripts. */
export function renderPage(name: string, titles: ReadonlyMap<string, string>, text: string): string {
  const link = (page: string, attributes = ''): string =>
    `<a href="${GUIDE}/${page}"${attributes}>${titles.get(page)}</a>`
  const entry = (page: string): string =>
    `<li>${link(page, page === name ? ' aria-current="page"' : '')}</li>`
  const next = PAGES[PAGES.indexOf(name) + 1]

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titles.get(name)} · ConnectGain Webhooks</title>
<link rel="stylesheet" href="${GUIDE}/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header><a href="${GUIDE}">ConnectGain Webhooks</a> <span>${VERSION}</span> <a class="to-contents" href="#contents">Contents</a></header>
<nav id="contents" aria-label="Contents">
${CONTENTS.map(([part, pages]) => `<h2>${part}</h2>\n<ul>${pages.map(entry).join('')}</ul>`).join('\n')}
</nav>
<main id="content">
${markdown.render(text.replaceAll(COMMENT, ''))}
${next === undefined ? '' : `<p class="next">Next: ${link(next)}</p>`}
</main>
</body>
</html>
`
}
