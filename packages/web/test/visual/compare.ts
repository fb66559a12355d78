import type { Browser, Page } from 'playwright-core'

/** Pictures are compared in cells of so many pixels: what differs by less than a cell is how letters are smoothed. */
const CELL = 6
/** Of 255: another smoothing of letters, compressed, differs by less. */
const MAX_DIFFERENCE = 14
const QUALITY = 0.72

/** Compresses and compares pictures with the browser's own means. */
export interface Darkroom {
  /** A picture as WebP. */
  compress(png: Buffer): Promise<Buffer>
  /** How many cells of two compressed pictures differ; infinite for another size. */
  countDifferences(one: Buffer, other: Buffer): Promise<number>
  close(): Promise<void>
}

const SCRIPT = `
  window.draw = async (source) => {
    const image = new Image()
    image.src = source
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
    const context = canvas.getContext('2d', { willReadFrequently: true })
    context.drawImage(image, 0, 0)
    return { canvas, context }
  }
  window.compress = async (source) =>
    (await window.draw(source)).canvas.toDataURL('image/webp', ${QUALITY})
  window.averages = ({ canvas, context }) => {
    const { width, height } = canvas
    const { data } = context.getImageData(0, 0, width, height)
    const columns = Math.ceil(width / ${CELL})
    const sums = new Float64Array(columns * Math.ceil(height / ${CELL}) * 4)
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        const cell = (Math.floor(y / ${CELL}) * columns + Math.floor(x / ${CELL})) * 4
        const pixel = (y * width + x) * 4
        for (let channel = 0; channel < 3; channel += 1) sums[cell + channel] += data[pixel + channel]
        sums[cell + 3] += 1
      }
    return sums
  }
  window.countDifferences = async (first, second) => {
    const [a, b] = await Promise.all([window.draw(first), window.draw(second)])
    if (a.canvas.width !== b.canvas.width || a.canvas.height !== b.canvas.height) return Infinity
    const [one, two] = [window.averages(a), window.averages(b)]
    let count = 0
    for (let cell = 0; cell < one.length; cell += 4)
      for (let channel = 0; channel < 3; channel += 1)
        if (Math.abs(one[cell + channel] - two[cell + channel]) / one[cell + 3] > ${MAX_DIFFERENCE}) {
          count += 1
          break
        }
    return count
  }
`

const dataUrl = (type: string, content: Buffer): string =>
  `data:image/${type};base64,${content.toString('base64')}`

export async function openDarkroom(browser: Browser): Promise<Darkroom> {
  const page: Page = await browser.newPage()
  await page.evaluate(SCRIPT)
  return {
    async compress(png) {
      const url = await page.evaluate<string>(`compress(${JSON.stringify(dataUrl('png', png))})`)
      return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
    },
    async countDifferences(one, other) {
      const sources = [one, other].map((webp) => JSON.stringify(dataUrl('webp', webp)))
      return await page.evaluate<number>(`countDifferences(${sources.join(', ')})`)
    },
    close: async () => await page.close(),
  }
}
