import { CHANNEL, VERSION, readMessage } from './protocol.ts'
import type { HostMessages, Message, PageMessages } from './protocol.ts'
import { visiblePart } from './visible-part.ts'

/** Scripts and storage of the page's own origin, its forms and downloads, links into new tabs, and the question before leaving a form. */
const SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-downloads allow-modals allow-popups allow-popups-to-escape-sandbox'

export interface FrameOptions {
  url: string
  title: string
  onMessage: (message: Message<PageMessages>) => void
}

/** The frame with the settings page in it, and the messages to and from it. */
export class PageFrame {
  readonly element: HTMLIFrameElement
  readonly #origin: string
  readonly #closed = new AbortController()
  readonly #onMessage: FrameOptions['onMessage']
  #isScheduled = false

  constructor({ url, title, onMessage }: FrameOptions) {
    this.#origin = new URL(url).origin
    this.#onMessage = onMessage
    this.element = document.createElement('iframe')
    this.element.name = CHANNEL
    this.element.title = title
    this.element.allow = 'clipboard-write'
    this.element.referrerPolicy = 'no-referrer'
    this.element.setAttribute('sandbox', SANDBOX)
    this.element.src = url
    const { signal } = this.#closed
    addEventListener('message', (event) => this.#receive(event), { signal })
    addEventListener('resize', () => this.#schedule(), { signal })
    // Scrolling of any ancestor, which does not bubble.
    document.addEventListener('scroll', () => this.#schedule(), { signal, capture: true, passive: true })
  }

  close(): void {
    this.#closed.abort()
    this.element.remove()
  }

  send<Type extends keyof HostMessages>(type: Type, fields: HostMessages[Type]): void {
    const message = { ...fields, channel: CHANNEL, version: VERSION, type }
    this.element.contentWindow?.postMessage(message, this.#origin)
  }

  resize(height: number): void {
    this.element.style.height = `${Math.ceil(height)}px`
    this.#schedule()
  }

  /** Tells the page where it can be seen, so that it shows dialogs there. */
  sendVisiblePart(): void {
    this.send('visible', { ...visiblePart(this.element), screen: window.innerHeight })
  }

  #receive({ data, origin, source }: MessageEvent<unknown>): void {
    if (source !== this.element.contentWindow || origin !== this.#origin) return
    const message = readMessage<PageMessages>(data)
    if (message !== undefined) this.#onMessage(message)
  }

  /** At most once for each frame that the browser paints. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    requestAnimationFrame(() => {
      this.#isScheduled = false
      if (!this.#closed.signal.aborted) this.sendVisiblePart()
    })
  }
}
