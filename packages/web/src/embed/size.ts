import type { Host } from './host.ts'

/** Of the window around the host's page, in CSS pixels; a dialog may be that high. */
let screenHeight = 0
let dialogs = 0
let measure = (): void => {}

/**
 * Makes the frame as high as the page, which then has no scrollbar of its own, and tells styles which part of it can be
 * seen: dialogs, drawers, and notifications are shown there.
 */
export function fitFrame(host: Host): void {
  const root = document.querySelector<HTMLElement>('#root')!
  const { style, dataset } = document.documentElement
  dataset['embedded'] = ''
  let sent = 0
  measure = () => {
    const wanted = Math.ceil(root.getBoundingClientRect().height)
    const height = dialogs > 0 ? Math.max(wanted, screenHeight) : wanted
    if (height === sent || height === 0) return
    sent = height
    host.send('size', { height })
  }
  host.on('visible', ({ top, height, screen }) => {
    if (![top, height, screen].every((value) => Number.isFinite(value) && value >= 0)) return
    // A frame that is scrolled out of sight keeps its dialogs where they were.
    if (height > 0) {
      style.setProperty('--view-top', `${top}px`)
      style.setProperty('--view-height', `${height}px`)
    }
    if (screen === screenHeight) return
    screenHeight = screen
    measure()
  })
  new ResizeObserver(() => measure()).observe(root)
}

/** Makes the frame high enough for a dialog. @returns what ends that */
export function holdSpace(): () => void {
  dialogs += 1
  measure()
  return () => {
    dialogs -= 1
    measure()
  }
}
